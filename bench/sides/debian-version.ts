import { outputIfAny } from './workshop.ts';

/** The version of a Debian package, or a word for not knowing it. */
export async function debianVersion(name: string): Promise<string> {
  return (await outputIfAny('dpkg-query', ['--show', `--showformat=\${Version}`, name])) ?? '(version unknown)';
}
