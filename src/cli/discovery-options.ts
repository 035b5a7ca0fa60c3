import type { Command } from 'commander';
import type { DiscoveryOptions, MulticastOptions } from '../rserpool/index.ts';
import { collected, placesOf, wholeNumber } from './options.ts';

/** Where announcements are sent, or listened for. */
export interface MulticastOption {
  readonly group?: readonly string[] | undefined;
  readonly interface?: readonly string[] | undefined;
}

export function addMulticastOptions(command: Command): Command {
  return command
    .option(
      '--group <address>',
      'multicast group of announcements as ADDRESS[:PORT], several times for several',
      collected,
    )
    .option(
      '--interface <name>',
      'network interface for them, by name or address, several times for several',
      collected,
    );
}

/** How far announcements go. */
export const hopCount = wholeNumber(0, 255);

/** What the library takes; true where it may choose itself. */
export function multicastOf(option: MulticastOption, ttl?: number): true | MulticastOptions {
  const { group: groups, interface: interfaces } = option;
  return groups === undefined && interfaces === undefined && ttl === undefined ? true : { groups, interfaces, ttl };
}

export interface RegistrarsOption extends MulticastOption {
  readonly registrar?: readonly string[] | undefined;
}

/** How elements and users find registrars. */
export function addRegistrarsOption(command: Command): Command {
  const forms = 'HOST:PORT;udp=PORT, HOST:PORT;tcp (users only) or DOMAIN;srv';
  return addMulticastOptions(
    command.option(
      '--registrar <place>',
      `a registrar as ${forms}, several times for several (default: found by multicast announcements)`,
      collected,
    ),
  );
}

/** By place, and by announcements where nothing else is given, or their group or interface is. @throws CliError */
export function discoveryOf(options: RegistrarsOption): DiscoveryOptions & { readonly registrars: readonly string[] } {
  const registrars = placesOf('--registrar', options.registrar);
  const listens = registrars.length === 0 || multicastOf(options) !== true;
  return { registrars, announcements: listens && multicastOf(options) };
}
