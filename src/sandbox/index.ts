/// <reference types="node" preserve="true" />
/** The sandbox: a gateway for the tests of other projects. */
import '../gateway/require-node.ts';

export type { ExchangeQuery, LoggedExchange } from './exchange-log.ts';
export type { CallMatch, Fault, FaultPlan } from './faults/fault-plan.ts';
export type { InboxLimits, UploadQuery } from './inbox/inbox.ts';
export type { PictureAnswer, PictureQuestion } from './inbox/picture-question.ts';
export type { ReceivedFile, ReceivedUpload, Refusal } from './inbox/received-upload.ts';
export type { SandboxClock } from './sandbox-clock.ts';
export type { SandboxSession, SessionOptions } from './sandbox-session.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts';
