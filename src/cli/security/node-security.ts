import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import type { SecurityConfig } from './security-config.ts';
import type { FileOptions, ReadFiles, SecurityFiles } from './security-files.ts';
import { type Reload, SecurityWatch } from './security-watch.ts';

/** What does not come from files of its own. */
export type SecuritySettings = Pick<
  SecurityConfig,
  | 'profile'
  | 'maxHandshakes'
  | 'maxHandshakesPerAddress'
  | 'handshakeTimeoutMs'
  | 'answersPlainUsers'
  | 'registrarNames'
  | 'elementNames'
>;

/** What the library takes as `security` of a registrar, an element or a user. */
export type NodeSecurityOptions = FileOptions & SecuritySettings;

/** Something whose keys, certificates and rules can be replaced while it runs. */
export interface Reloadable {
  /** @throws what is wrong; then nothing has changed */
  reloadSecurity(options: NodeSecurityOptions): void;
}

/** How a node of a command is secured. */
export class NodeSecurity {
  /** What the node begins with. */
  readonly options: NodeSecurityOptions;
  readonly #files: SecurityFiles;
  readonly #settings: SecuritySettings;
  readonly #read: ReadFiles;
  readonly #io: Io;

  /** Reads the files, and tells what should be otherwise. @throws CliError */
  constructor(files: SecurityFiles, settings: SecuritySettings, io: Io) {
    this.#files = files;
    this.#settings = settings;
    this.#io = io;
    this.#read = files.read();
    this.options = { ...this.#read.options, ...settings };
    this.#warn(this.#read.warnings);
  }

  /** Lets a node have what the files say from now on. @param json whether that is told on standard output, as an event */
  watch(node: Reloadable, json: boolean): SecurityWatch {
    return new SecurityWatch({
      files: this.#files,
      read: this.#read,
      apply: ({ options }) => node.reloadSecurity({ ...options, ...this.#settings }),
      tell: (reload) => this.#tell(reload, json),
      io: this.#io,
    });
  }

  #tell(reload: Reload, json: boolean): void {
    if (json) this.#io.out(jsonLine(reload));
    else this.#io.err(reloadText(reload));
    if (reload.kind === 'security-reloaded') this.#warn(reload.warnings);
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#io.err(`rserpool: warning: ${warning}`);
  }
}

function reloadText(reload: Reload): string {
  if (reload.kind === 'security-reload-failed') return `rserpool: security stays as it was: ${reload.reason}`;
  const { files } = reload;
  return `security files read again: ${files.length === 0 ? 'nothing has changed' : files.join(', ')}`;
}
