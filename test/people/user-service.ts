import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { namesOf, type PersonDraft } from '../../src/domain/index.ts';

/*
 * A company's own user service, in a process of its own: `node user-service.ts FILE`, a file of [tenant, person] pairs. Prints its address.
 */
const [file = ''] = process.argv.slice(2);
const people = JSON.parse(await readFile(file, 'utf8')) as [tenant: string, person: PersonDraft][];

const server = createServer((request, response) => {
  const { tenant, space, value } = Object.fromEntries(new URL(request.url ?? '', 'http://x').searchParams);
  const found = people.filter(
    ([of, person]) =>
      of === tenant && namesOf(person).some((name) => name.space === space && name.value === value),
  );
  const [only] = found;
  if (found.length > 1) response.writeHead(409).end();
  else if (!only) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(only[1]));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/people`);
});
