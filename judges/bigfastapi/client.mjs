/* The same with axios: `client.mjs URL TOKEN FILE DOWNLOAD`. */
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { create } from 'axios';

const [url, token, file, download] = process.argv.slice(2);
const client = create({
  baseURL: url,
  headers: { Authorization: `Bearer ${token}` },
  validateStatus: () => true,
});
const form = new FormData();
form.append('file', await openAsBlob(file, { type: 'image/jpeg' }), basename(file));
const upload = await client.patch('/users/image/upload', form);
const me = await client.get('/users/me');
const { id, image_url: later, image } = me.data;
const address = later ? `/images/${later}` : (image ?? '');
const picture = await client.get(new URL(address, url).href, { responseType: 'arraybuffer' });
await writeFile(download, picture.data);
console.log(
  JSON.stringify({
    upload: upload.status,
    read: me.status,
    user: id,
    download: picture.status,
    address,
  }),
);
