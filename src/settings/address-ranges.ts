import { BlockList, isIP } from 'node:net';

/** Whether an address is in one of the ranges; `false` for text that is not an address. */
export type AddressRanges = (address: string) => boolean;

/** Reads addresses and CIDRs, IPv4 and IPv6. Throws a plain `Error` for text that is neither. */
export function readAddressRanges(ranges: readonly string[]): AddressRanges {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const longest = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || !isPrefixLength(bits, longest)) {
      throw new Error(`"${range}" is no address and no CIDR`);
    }
    list.addSubnet(address, Number(bits ?? longest), longest === 128 ? 'ipv6' : 'ipv4');
  }
  return (text) => {
    const address = plainAddress(text);
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** IPv4 as IPv4, even where a dual-stack socket gives it as IPv6; IPv6 without its zone. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address.replace(/%[^]*$/, '');
}

function isPrefixLength(bits: string | undefined, longest: number): boolean {
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}
