/** The client closed the connection before its request was whole: there is nobody left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';

  constructor(options?: ErrorOptions) {
    super('the client went away', options);
  }
}
