/** The page before anything has arrived; `inbox-client.ts` fills it. */
export const INBOX_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inbox · Polyface sandbox</title>
<link rel="icon" href="/_sandbox/inbox.svg">
<link rel="stylesheet" href="/_sandbox/inbox.css">
</head>
<body>
<header class="bar">
<h1><img src="/_sandbox/inbox.svg" alt="" width="28" height="28"><span>Inbox</span></h1>
<p class="live" id="live" role="status">connecting</p>
<label class="search"><span class="hidden">Search uploads</span><input id="search" type="search" placeholder="Search name, dialect, subject, problem" autocomplete="off" spellcheck="false"></label>
<label class="session"><span class="hidden">Session</span><select id="session"></select></label>
<button id="clear" type="button">Clear</button>
</header>
<main>
<section class="list" aria-label="Uploads">
<p class="count" id="count" role="status"></p>
<ul id="uploads"></ul>
<div class="empty" id="empty" hidden>
<img src="/_sandbox/inbox.svg" alt="" width="72" height="72">
<h2>Nothing has arrived yet</h2>
<p>Send a picture to any dialect of this sandbox, and it appears here, accepted or refused.</p>
</div>
</section>
<section class="details" id="details" aria-label="Details" tabindex="-1" hidden></section>
</main>
<script type="module" src="/_sandbox/inbox-client.js"></script>
</body>
</html>
`;

/** A face in a frame. */
export const INBOX_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3657d6"/><circle cx="16" cy="13" r="5" fill="#fff"/><path d="M6.5 27c1.2-5.4 5-8 9.500-8s8.300 2.600 9.500 8z" fill="#fff"/></svg>
`;
