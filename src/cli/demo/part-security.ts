import { type FileOptions, SecurityFiles } from '../security/security-files.ts';
import type { PartSettings } from './messages.ts';

/** How a part is secured: by the files in its directory, if it has one. */
export function partSecurity({ role, security }: PartSettings): FileOptions | undefined {
  return security === undefined ? undefined : new SecurityFiles(role, security, {}).read().options;
}
