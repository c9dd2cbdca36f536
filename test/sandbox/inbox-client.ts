/** The demo's key for the native API. */
export const NATIVE = { authorization: 'Bearer demo-native-key' };

/** Sends pictures to a sandbox, and asks its inbox. */
export function createInboxClient(url: () => string) {
  function putImage(bytes: Buffer, headers: Record<string, string> = {}, to = url()): Promise<Response> {
    return fetch(`${to}/native/v1/subjects/ada/image`, {
      method: 'PUT',
      headers: { ...NATIVE, 'content-type': 'image/jpeg', ...headers },
      body: new Uint8Array(bytes),
    });
  }

  function patchTimbu(bytes: Buffer, name = 'portrait.jpg', type = 'image/jpeg'): Promise<Response> {
    const form = new FormData();
    form.append('note', 'from the tests');
    form.append('file', new File([new Uint8Array(bytes)], name, { type }));
    return fetch(`${url()}/users/image/upload`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer demo-timbu-ada', 'user-agent': 'okhttp/4.12.0' },
      body: form,
    });
  }

  async function ask(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; value: Record<string, unknown> }> {
    const answer = await fetch(`${url()}/_sandbox${path}`, init);
    return { status: answer.status, value: (await answer.json()) as Record<string, unknown> };
  }

  return { putImage, patchTimbu, ask };
}
