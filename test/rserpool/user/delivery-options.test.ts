import { describe, expect, it } from 'vitest';
import { DELIVERY_FLAGS, deliveryOptions } from '../../../src/rserpool/user/delivery-options.ts';

const {
  ASAP_USE_DEFAULT,
  ASAP_SEND_FAILOVER,
  ASAP_SEND_NO_FAILOVER,
  ASAP_SEND_TO_LAST,
  ASAP_SEND_TO_ALL,
  ASAP_SEND_TO_SELF,
  ASAP_SCTP_UNORDER,
} = DELIVERY_FLAGS;

describe('message delivery options', () => {
  it('[ASAP-353] [ASAP-354] [ASAP-357] [ASAP-359] [ASAP-360] [ASAP-361] [ASAP-362] have the numbers of RFC 5352 §6.5.5', () => {
    expect(DELIVERY_FLAGS).toEqual({
      ASAP_USE_DEFAULT: 0x0000,
      ASAP_SEND_FAILOVER: 0x0001,
      ASAP_SEND_NO_FAILOVER: 0x0002,
      ASAP_SEND_TO_LAST: 0x0004,
      ASAP_SEND_TO_ALL: 0x0008,
      ASAP_SEND_TO_SELF: 0x0010,
      ASAP_SCTP_UNORDER: 0x1000,
    });
  });

  it('[ASAP-363] are OR-ed together', () => {
    expect(deliveryOptions(ASAP_USE_DEFAULT)).toEqual({
      failover: undefined,
      to: 'one',
      toSelf: false,
      unordered: false,
    });
    expect(deliveryOptions(0x0009)).toMatchObject({ failover: true, to: 'all', toSelf: false });
    expect(deliveryOptions(ASAP_SEND_NO_FAILOVER | ASAP_SEND_TO_LAST | ASAP_SCTP_UNORDER)).toEqual({
      failover: false,
      to: 'last',
      toSelf: false,
      unordered: true,
    });
    expect(deliveryOptions(ASAP_SEND_TO_ALL | ASAP_SEND_TO_SELF)).toMatchObject({ to: 'all', toSelf: true });
  });

  it('[ASAP-363] are refused where they contradict each other, or do not exist', () => {
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    for (const flags of [
      ASAP_SEND_FAILOVER | ASAP_SEND_NO_FAILOVER,
      ASAP_SEND_TO_LAST | ASAP_SEND_TO_ALL,
      0x0020,
      -1,
      0.5,
      Number.NaN,
      2 ** 32,
    ]) {
      expect(() => deliveryOptions(flags), String(flags)).toThrow(bad);
    }
  });
});
