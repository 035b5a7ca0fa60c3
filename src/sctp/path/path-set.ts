import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { Path } from './path.ts';

/** The peer's destination addresses and the choice among them. RFC 9260 §6.4. */
export class PathSet {
  #paths: readonly Path[] = [];
  #primary: Path | undefined;

  /** The first path becomes primary. */
  add(path: Path): void {
    // A list of its own length: one that grows takes room for seventeen.
    this.#paths = this.#paths.concat(path);
    this.#primary ??= path;
  }

  /** Has these paths and no others; the primary path stays if it is one of them. */
  replace(paths: readonly Path[]): void {
    this.#paths = [...paths];
    if (this.#primary === undefined || !paths.includes(this.#primary)) this.#primary = paths[0];
  }

  get all(): readonly Path[] {
    return this.#paths;
  }

  get primary(): Path {
    return this.#primary!;
  }

  setPrimary(path: Path): void {
    this.#primary = path;
  }

  find(address: IpAddress): Path | undefined {
    const paths = this.#paths;
    // A handful at most: a walk is faster than a map of strings. Every packet comes by here.
    for (let i = 0; i < paths.length; i++) if (paths[i]!.address === address) return paths[i];
    return undefined;
  }

  /**
   * Where new data goes: the primary path, or one alternate while the primary does not work (§6.4.1). If no path works
   * the one with the fewest errors is tried, so that the association can come back ("dormant", RFC 7829 §4.1).
   */
  forNewData(): Path {
    if (this.primary.usable) return this.primary;
    return this.#best(undefined) ?? this.#dormant(this.primary);
  }

  /** Where data that timed out on `last` goes: a usable path other than that, if there is one (§6.4.1). */
  forRetransmission(last: Path): Path {
    if (this.#paths.length === 1) return last;
    return this.#best(last) ?? (last.usable ? last : this.#dormant(this.after(last)));
  }

  /** The path after `path` in the list, usable or not: for set-up chunks that got no answer. */
  after(path: Path): Path {
    return this.#paths[(this.#paths.indexOf(path) + 1) % this.#paths.length]!;
  }

  /** Whether anything but set-up and verification may be sent at all (RFC 9260 §5.4). */
  get anyConfirmed(): boolean {
    for (const path of this.#paths) if (path.confirmed) return true;
    return false;
  }

  /** The earliest deadline of any path. */
  nextTimeoutAt(): Instant | undefined {
    const paths = this.#paths;
    let next = paths[0]?.timers.next();
    for (let i = 1; i < paths.length; i++) next = earlier(next, paths[i]!.timers.next());
    return next;
  }

  /** Smallest PMDCS of all paths (AMDCS): chunks of this size fit any of them. RFC 9260 §6.9. */
  get amdcsBytes(): number {
    let smallest = this.#paths[0]!.pmdcsBytes;
    for (const path of this.#paths) smallest = Math.min(smallest, path.pmdcsBytes);
    return smallest;
  }

  /** The usable path with the fewest errors, the primary first among equals. */
  #best(except: Path | undefined): Path | undefined {
    let best: Path | undefined;
    for (const path of this.#paths) {
      if (path === except || !path.usable) continue;
      if (
        best === undefined ||
        path.errorCount < best.errorCount ||
        (path === this.#primary && path.errorCount === best.errorCount)
      ) {
        best = path;
      }
    }
    return best;
  }

  /**
   * None works ("dormant", RFC 7829 §4.1): the confirmed one with the fewest errors; among equals the next one in the list
   * from `first` on.
   */
  #dormant(first: Path): Path {
    let best = first;
    for (let path = this.after(first); path !== first; path = this.after(path)) {
      if (path.confirmed && (!best.confirmed || path.errorCount < best.errorCount)) best = path;
    }
    return best;
  }
}
