import { createHmac } from 'node:crypto';
import { pictureBody } from '../../src/conformance/cases/sample-with-picture.ts';
import { conformance } from '../../src/conformance/conformance.ts';
import type { ConformanceCase } from '../../src/conformance/conformance-case.ts';
import { createKitClient, type KitAnswer } from '../../src/conformance/kit-client.ts';
import { type KitContract, operationsOfContract } from '../../src/conformance/kit-contract.ts';
import { loadContract } from '../../src/conformance/load-contract.ts';
import { makePng } from '../../src/conformance/pictures/make-png.ts';
import { sampleRequest } from '../../src/conformance/sample-request.ts';
import type { WireProfile } from '../../src/domain/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { readDemoGuide } from '../../src/settings/demo-guide.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { type Cause, UPLOADS } from './equivalence-causes.ts';
import { COLUMNS, type Column } from './wire-verdicts.ts';

/** What a dialect made of a cause; `undefined`: it cannot happen there. */
export interface Provoked {
  /** The problem that the gateway saw. */
  readonly problem: string | undefined;
  /** Status and code, as the caller saw them. */
  readonly cell: string;
}

/** A sandbox in which every cause can be brought about. */
export interface EquivalenceRun {
  provoke(cause: Cause, column: Column): Promise<Provoked | undefined>;
  stop(): Promise<void>;
}

interface Judged {
  readonly contract: KitContract;
  readonly cases: readonly ConformanceCase[];
}

const JWT_SECRET = 'only for the equivalence matrix';
const LONG_AGO = { iat: 1_735_689_600, exp: 1_735_693_200 };

/** Starts the sandbox in one profile, with a credential of every sort in every dialect that has it. */
export async function startEquivalenceRun(profile: WireProfile): Promise<EquivalenceRun> {
  const sandbox = await startSandbox({ profile, settings: withMoreCredentials });
  const judged = new Map<Column, Judged>();
  for (const column of COLUMNS) {
    const contract = await contractFor(sandbox, column, profile);
    judged.set(column, { contract, cases: conformance(contract) });
  }
  return {
    stop: () => sandbox.stop(),
    async provoke(cause, column) {
      if (cause.never?.[column] !== undefined) return undefined;
      const kit = judged.get(column);
      if (!kit) throw new Error(`no contract for ${column}`);
      const { loaded, setting } = kit.contract;
      if (cause.problem === 'not-acceptable' && loaded.dialect.ignoresAccept?.(setting)) return undefined;
      sandbox.plan();
      const answer = await provoke(sandbox, kit, cause, column);
      const exchanges = await sandbox.exchanges({ dialect: column });
      return { problem: exchanges.at(-1)?.problem, cell: cellOf(column, answer) };
    },
  };
}

async function provoke(
  sandbox: Sandbox,
  { contract, cases }: Judged,
  { cause, by, problem }: Cause,
  column: Column,
): Promise<KitAnswer> {
  const answers: KitAnswer[] = [];
  const client = createKitClient(contract.target.url, ({ answer }) => answers.push(answer));
  if (by === 'fault' || by === 'long-side') {
    const upload = operationsOfContract(contract).find(
      ({ documented }) => documented.operationId === UPLOADS[column],
    );
    if (!upload) throw new Error(`${column} has no ${UPLOADS[column]}`);
    const size = by === 'fault' ? { width: 100, height: 100 } : { width: 16_385, height: 1 };
    const picture = {
      bytes: makePng({ ...size, texture: 'noise' }),
      format: 'png',
      mediaType: 'image/png',
      fileName: 'sample.png',
      transparent: false,
      ...size,
    } as const;
    // A fault with Retry-After would be waited out: it comes once, and the answer that counts is the first.
    if (by === 'fault') sandbox.plan({ problem, match: { dialect: column } });
    await fetchOnce(
      contract,
      sampleRequest(contract, upload, { body: pictureBody(contract, [picture]) }),
      answers,
    );
  } else {
    const found = cases.find((one) => isMeant(one, by, column));
    if (!found) throw new Error(`the kit has no case for "${cause}" in ${column}`);
    await found.run(client);
  }
  const answer = answers.at(-1);
  if (!answer) throw new Error(`nothing was answered to "${cause}" in ${column}`);
  return answer;
}

async function fetchOnce(
  contract: KitContract,
  { method, path, headers, body }: ReturnType<typeof sampleRequest>,
  answers: KitAnswer[],
): Promise<void> {
  const reply = await fetch(contract.target.url + path, {
    method,
    headers,
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  answers.push({
    status: reply.status,
    headers: Object.fromEntries(reply.headers),
    body: Buffer.from(await reply.arrayBuffer()),
  });
}

function isMeant(
  { id, title }: ConformanceCase,
  { kit, under = {} }: Exclude<Cause['by'], string>,
  column: Column,
): boolean {
  const place = under[column] ?? UPLOADS[column];
  return id === place || (id.startsWith(`${place}/`) && `${id} ${title}`.includes(kit));
}

async function contractFor(sandbox: Sandbox, column: Column, profile: WireProfile): Promise<KitContract> {
  const {
    headers = {},
    lesserHeaders,
    expiredHeaders,
    params = {},
    bodies = {},
  } = (await readDemoGuide())[column] ?? {};
  const expired = expiredHeaders ?? (await expiredCredential(sandbox, column));
  const lesser =
    lesserHeaders ?? (column === 'native' ? { authorization: 'Bearer key-without-scopes' } : undefined);
  return loadContract({
    dialect: column,
    url: sandbox.url,
    profile,
    headers,
    params,
    bodies,
    ...(expired ? { expiredHeaders: expired } : {}),
    ...(lesser ? { lesserHeaders: lesser } : {}),
  });
}

async function expiredCredential(
  sandbox: Sandbox,
  column: Column,
): Promise<Record<string, string> | undefined> {
  if (column === 'smartsheet' || column === 'native') return { authorization: `Bearer ${expiredJwt()}` };
  if (column !== 'capillary-v2') return undefined;
  const answer = await fetch(`${sandbox.url}/v3/oauth/token/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'demo-client-key', secret: 'demo-client-secret' }),
  });
  const { data } = (await answer.json()) as { data: { accessToken: string; ttlSeconds: number } };
  sandbox.clock.advance((data.ttlSeconds + 1) * 1000);
  return { 'x-cap-api-oauth-token': data.accessToken };
}

function expiredJwt(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ada', ...LONG_AGO })}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}

const withMoreCredentials = (demo: Settings): Settings => ({
  ...demo,
  tenants: demo.tenants.map((tenant, index) =>
    index > 0
      ? tenant
      : {
          ...tenant,
          credentials: [
            ...tenant.credentials,
            ...(['smartsheet', 'native'] as const).map((dialect) => ({
              id: `${dialect}-jwt`,
              dialect,
              kind: 'jwt-secret' as const,
              secret: JWT_SECRET,
              scopes: [],
            })),
            {
              id: 'native-little',
              dialect: 'native',
              kind: 'key' as const,
              secret: { plain: 'key-without-scopes' },
              scopes: [],
            },
          ],
        },
  ),
});

/** Where each dialect says what went wrong. */
const CODES: Readonly<Record<Column, (body: never) => string | number>> = {
  'capillary-v2': ({ errors }: { errors: [{ code: number }] }) => errors[0].code,
  'magicline-v1': ({ errorCode }: { errorCode: string }) => errorCode,
  smartsheet: ({ errorCode }: { errorCode: number }) => errorCode,
  timbu: ({ detail }: { detail: string | [{ type: string }] }) =>
    typeof detail === 'string' ? detail : detail[0].type,
  native: ({ type }: { type: string }) => type.replace('urn:polyface:problem:', ''),
};

function cellOf(column: Column, { status, headers, body }: KitAnswer): string {
  const text = body.toString('utf8');
  const isJson = /[/+]json/.test(headers['content-type'] ?? '');
  return `${status} ${isJson ? CODES[column](JSON.parse(text) as never) : text}`;
}
