/* `node javascript.mjs MODULE URL PICTURE`: every call of the JavaScript SDK that is about pictures; prints what it saw. */
const [, , name, url, picture] = process.argv;
const module = await import(name);
const createClient = module.createClient ?? module.default.createClient;
const client = (accessToken) => createClient({ accessToken, baseUrl: `${url}/2.0/`, logLevel: 'error' });
const admin = client('demo-smartsheet-admin');
// Version 4 calls it `id`, version 5 `userId`.
const getUser = (id) => admin.users.getUser(name.includes('smartsheet-4') ? { id } : { userId: id });
const userId = 48_569_348_493_401_200;

const updated = await admin.users.addProfileImage({ userId, path: picture, fileName: 'portrait.jpg' });
console.log('upload', updated.data[0].profileImage.imageId.slice(0, 4));
const me = await admin.users.getCurrentUser({});
console.log('me', me.name);
const user = await getUser(userId);
console.log('user', user.profileImage.width);
const { imageUrls } = await admin.images.listImageUrls({ body: [{ imageId: user.profileImage.imageId }] });
const answer = await fetch(imageUrls[0].url);
console.log('picture', answer.status, answer.headers.get('content-type'));
await getUser(7).catch((error) => console.log('error', error.errorCode));
await client('wrong')
  .users.getCurrentUser({})
  .catch((error) => console.log('stranger', error.errorCode));
