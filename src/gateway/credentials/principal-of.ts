import type { Principal } from '../../domain/index.ts';
import type { Owned } from './credential-book.ts';
import type { StoredCredential } from './stored-credential.ts';

/** Who a credential of the settings stands for. */
export function principalOf({ tenant, credential }: Owned): Principal {
  return {
    tenant,
    dialect: credential.dialect,
    credentialId: credential.id,
    scopes: credential.scopes,
    ...(credential.subject === undefined ? {} : { subject: credential.subject }),
  };
}

/** Who a stored credential stands for. */
export function principalOfStored(credential: StoredCredential, id: string): Principal {
  return {
    tenant: credential.tenant,
    dialect: credential.dialect,
    credentialId: id,
    scopes: credential.scopes,
    ...(credential.subject === undefined ? {} : { subject: credential.subject }),
  };
}
