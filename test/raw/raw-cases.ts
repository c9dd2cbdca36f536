import { contentTypeCases, fileCases, framingCases } from './raw-body-cases.ts';
import { caseMaker, type RawCase, type RawPictures } from './raw-case.ts';
import { formCases } from './raw-form-cases.ts';
import { credentialCases, headCases, idCases, methodCases, pathCases, queryCases } from './raw-head-cases.ts';
import type { WireDialect } from './wire-dialect.ts';

/** All cases of a dialect: at least 120. */
export function rawCases(dialect: WireDialect, pictures: RawPictures): RawCase[] {
  const make = caseMaker(dialect);
  return [
    ...idCases(dialect, make),
    ...pathCases(dialect, make),
    ...methodCases(dialect, make),
    ...headCases(dialect, make),
    ...framingCases(dialect, make, pictures),
    ...credentialCases(dialect, make, pictures),
    ...queryCases(dialect, make, pictures),
    ...contentTypeCases(dialect, make, pictures),
    ...formCases(dialect, make, pictures),
    ...fileCases(dialect, make, pictures),
  ];
}
