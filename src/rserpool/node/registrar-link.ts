import { PPID } from '../role.ts';
import { componentId } from '../status/component.ts';
import { type ComponentStatus, SCTP_PROTOCOL } from '../status/component-status.ts';

/** The association with the home registrar, as a status report has it; identifier 0 until the registrar has told its own. */
export function registrarLink(
  home: { readonly identifier: number | undefined } | undefined,
): ComponentStatus['associations'] {
  if (home === undefined) return [];
  return [{ receiverId: componentId('registrar', home.identifier ?? 0), protocol: SCTP_PROTOCOL, ppid: PPID.asap }];
}
