import type { BenchRequest } from '../measure/drive-load.ts';
import { multipartBody, type PreparedBody } from '../measure/multipart.ts';

const V1_KEY = { 'x-api-key': 'demo-v1-key' };
const TILL = { authorization: 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3' };
const SMARTSHEET = { authorization: 'Bearer demo-smartsheet-admin' };

/** Update image of the v1 API; the naive server answers the same path. */
export function v1Put(customerId: number, body: PreparedBody): BenchRequest {
  return { method: 'PUT', path: `/v1/customers/${customerId}/images`, headers: V1_KEY, body, expect: 200 };
}

/** A v1 body with the picture. */
export function v1Body(picture: Buffer): PreparedBody {
  return multipartBody('image', 'photo.jpg', 'image/jpeg', picture);
}

/** Read customer of the v1 API. */
export function v1Get(customerId: number): BenchRequest {
  return { method: 'GET', path: `/v1/customers/${customerId}`, headers: V1_KEY, expect: 200 };
}

/** Add image of Capillary. */
export function capillaryAdd(userId: number, body: PreparedBody): BenchRequest {
  return { method: 'POST', path: `/v2/customers/${userId}/setImage`, headers: TILL, body, expect: 200 };
}

/** A Capillary body with the file. */
export function capillaryBody(file: Buffer): PreparedBody {
  return multipartBody('file', 'photo.jpg', 'image/jpeg', file);
}

/** Raw upload of Smartsheet. */
export function smartsheetPost(userId: number, picture: Buffer): BenchRequest {
  return {
    method: 'POST',
    path: `/2.0/users/${userId}/profileimage`,
    headers: SMARTSHEET,
    body: { headers: { 'content-type': 'image/jpeg' }, bytes: picture },
    expect: 200,
  };
}
