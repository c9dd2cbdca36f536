import { gzipSync } from 'node:zlib';
import type { Problem } from '../../domain/index.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { type FormFile, multipartBody } from '../multipart-body.ts';
import {
  bitmap,
  cameraJpeg,
  cutOff,
  landscapePng,
  noPicture,
  smallPng,
  tooSmallPng,
} from '../pictures/sample-pictures.ts';
import { type SampleChanges, sampleRequest } from '../sample-request.ts';
import { problemCase } from './problem-case.ts';
import { fieldName } from './sample-with-picture.ts';

type Body = NonNullable<SampleChanges['body']>;

/** A body that must be refused. */
interface BadBody {
  readonly name: string;
  readonly title: string;
  readonly body: () => Body;
  readonly problems: readonly [Problem, ...Problem[]];
}

/** Larger limits than this are not tried: the body has to fit into memory. */
const LARGEST_TRIED_BYTES = 128 * 1024 * 1024;

/** Every way in which a body or a picture can be wrong that the dialect's intake policy has a word on. */
export function uploadCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  if (operation.translated.body !== 'pictures') return [];
  const bodies = [...emptyBodies(contract), ...badForms(contract), ...badFiles(contract)];
  return bodies.map(({ name, title, body, problems }) =>
    problemCase(contract, {
      operation,
      under: operation.documented.operationId,
      name,
      title,
      writes: true,
      request: () => sampleRequest(contract, operation, { body: body() }),
      problems,
    }),
  );
}

function emptyBodies(contract: KitContract): BadBody[] {
  const policy = policyOf(contract);
  const declared = 'application/json';
  const gzip = 'gzip';
  const compressBody = () => {
    const { headers, bytes } = goodBody(contract);
    return { headers: { ...headers, 'content-encoding': gzip }, bytes: gzipSync(bytes) };
  };
  return [
    {
      name: 'body-missing',
      title: 'no body at all',
      body: () => ({ headers: goodBody(contract).headers, bytes: Buffer.alloc(0) }),
      problems: [{ kind: 'body-missing' }],
    },
    {
      name: 'body-compressed',
      title: 'a compressed body',
      body: compressBody,
      problems: [{ kind: 'unsupported-media-type', declared: gzip }],
    },
    ...(policy.bodies.includes('raw')
      ? []
      : [
          {
            name: 'body-not-a-form',
            title: 'JSON instead of a form',
            body: () => ({ headers: { 'content-type': declared }, bytes: Buffer.from('{"image":""}') }),
            problems: [{ kind: 'unsupported-media-type', declared }],
          } satisfies BadBody,
        ]),
  ];
}

function badForms(contract: KitContract): BadBody[] {
  const policy = policyOf(contract);
  if (!policy.bodies.includes('multipart')) return [];
  const field = fieldName(contract);
  const form = (files: readonly FormFile[]) => () => multipartBody(files);
  const named = policy.field !== 'any';
  const file = goodFile(contract);
  const surplus = Array.from({ length: policy.maxFiles + 1 }, () => file);
  return [
    {
      name: 'form-empty',
      title: 'a form without any part',
      body: form([]),
      problems: [{ kind: 'file-missing', field }],
    },
    ...(named
      ? ([
          {
            name: 'form-wrong-field',
            title: 'the picture under another name',
            body: form([{ ...file, field: 'polyface-other' }]),
            problems: [{ kind: 'file-missing', field }],
          },
          {
            name: 'form-text-field',
            title: 'a text in the place of the picture',
            body: form([{ field, bytes: Buffer.from('words') }]),
            problems: [{ kind: 'file-missing', field, sentAsText: true }],
          },
        ] satisfies BadBody[])
      : []),
    {
      name: 'form-without-boundary',
      title: 'a form whose head names no boundary',
      body: () => ({ headers: { 'content-type': 'multipart/form-data' }, bytes: goodBody(contract).bytes }),
      // Where the dialect accepts bare bytes too, a form without a boundary counts as bytes that are not a
      // picture.
      problems: policy.bodies.includes('raw')
        ? [
            { kind: 'unsupported-format', accepted: policy.formats },
            { kind: 'body-malformed', reason: 'boundary-missing' },
          ]
        : [{ kind: 'body-malformed', reason: 'boundary-missing' }],
    },
    {
      name: 'form-cut-off',
      title: 'a form that ends in the middle of its file',
      body: () => {
        const { headers, bytes } = goodBody(contract);
        return { headers, bytes: bytes.subarray(0, Math.floor(bytes.byteLength / 2)) };
      },
      problems: [{ kind: 'body-malformed', reason: 'syntax' }],
    },
    ...(policy.surplus === 'refuse'
      ? [
          {
            name: 'form-too-many-files',
            title: `${surplus.length} files`,
            body: form(surplus),
            problems: [{ kind: 'too-many-files', limit: policy.maxFiles, field }],
          } satisfies BadBody,
        ]
      : []),
  ];
}

function badFiles(contract: KitContract): BadBody[] {
  const policy = policyOf(contract);
  const { formats, minBytes, maxBytes } = policy;
  const bad = (name: string, title: string, bytes: () => Buffer, problems: BadBody['problems']): BadBody => ({
    name,
    title,
    body: () => bodyOf(contract, bytes()),
    problems,
  });
  // What is cut off must be picture, not padding.
  const unpadded = { ...policy, minBytes: 1 };
  const bmp = bitmap(policy);
  const tooSmall = tooSmallPng();
  return [
    bad('file-not-a-picture', 'text under the name of a picture', () => noPicture(policy), [
      { kind: 'unsupported-format', accepted: formats },
    ]),
    bad('file-cut-off-png', 'half of a PNG', () => cutOff(landscapePng(unpadded, 2), policy), [
      { kind: 'corrupt-image' },
    ]),
    bad('file-cut-off-jpeg', 'half of a JPEG', () => cutOff(cameraJpeg(unpadded), policy), [
      { kind: 'corrupt-image' },
    ]),
    ...(formats.includes('bmp')
      ? []
      : [
          bad('file-unaccepted-format', 'a BMP', () => bmp, [
            { kind: 'unsupported-format', detected: 'image/bmp', accepted: formats },
          ]),
        ]),
    ...(maxBytes >= LARGEST_TRIED_BYTES
      ? []
      : [
          bad('file-too-large', 'one byte too many', () => tooLarge(contract), [
            { kind: 'file-too-large', limitBytes: maxBytes },
            { kind: 'file-too-large', limitBytes: maxBytes, bytes: maxBytes + 1 },
          ]),
        ]),
    ...(tooSmall.byteLength < minBytes
      ? [
          bad('file-too-small', 'too few bytes', () => tooSmall, [
            { kind: 'file-too-small', limitBytes: minBytes, bytes: tooSmall.byteLength },
          ]),
        ]
      : []),
  ];
}

function tooLarge(contract: KitContract): Buffer {
  const policy = policyOf(contract);
  const bytes = Buffer.alloc(policy.maxBytes + 1);
  smallPng(policy, 1).bytes.copy(bytes);
  return bytes;
}

function policyOf({ loaded, setting }: KitContract) {
  return loaded.dialect.intake(setting);
}

function goodFile(contract: KitContract): FormFile {
  const { fileName, mediaType, bytes } = smallPng(policyOf(contract), 1);
  return { field: fieldName(contract), fileName, mediaType, bytes };
}

function goodBody(contract: KitContract): Body {
  return bodyOf(contract, goodFile(contract).bytes);
}

function bodyOf(contract: KitContract, bytes: Buffer): Body {
  return policyOf(contract).bodies.includes('multipart')
    ? multipartBody([{ ...goodFile(contract), bytes }])
    : { headers: { 'content-type': 'image/png' }, bytes };
}
