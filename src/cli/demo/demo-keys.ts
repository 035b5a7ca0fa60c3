import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orFileError } from '../keys/files.ts';
import { memberOf } from '../keys/member.ts';
import { ScopeDirectory } from '../keys/scope-directory.ts';
import type { PartSettings } from './messages.ts';

/** A directory for keys and certificates, which goes with the demo. */
export class DemoKeys implements Disposable {
  /** Each part has a directory of its name in it. */
  readonly directory: string;

  /** @throws CliError if it cannot be made */
  constructor() {
    this.directory = orFileError(() => mkdtempSync(join(tmpdir(), 'rserpool-demo-')));
  }

  /** Keys and certificates for all, from an authority that nobody else has. @throws CliError */
  make(parts: readonly PartSettings[]): void {
    const scope = ScopeDirectory.open(this.directory, 1);
    for (const { role, name } of parts) scope.add(memberOf(role, name));
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
