import type { Principal } from '../../domain/index.ts';
import type { Owned } from './credential-book.ts';
import type { StoredCredential } from './stored-credential.ts';

/** The principal of a credential of the settings. */
export function principalOf({ tenant, credential }: Owned): Principal {
  return {
    tenant,
    dialect: credential.dialect,
    credentialId: credential.id,
    scopes: credential.scopes,
    ...(credential.subject === undefined ? {} : { subject: credential.subject }),
  };
}

/**
 * The principal of a stored credential. The label is part of the id in logs and usage, so that operators
 * know the owner.
 */
export function principalOfStored(credential: StoredCredential, id: string): Principal {
  return {
    tenant: credential.tenant,
    dialect: credential.dialect,
    credentialId: credential.label === undefined ? id : `${credential.label} (${id})`,
    scopes: credential.scopes,
    ...(credential.subject === undefined ? {} : { subject: credential.subject }),
  };
}
