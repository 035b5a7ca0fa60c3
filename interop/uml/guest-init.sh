#!/bin/sh
# The first program of a guest: its root is the host's file system, read-only. Kernel arguments:
#   rig.addresses=ADDRESS/LENGTH,...   one for each of eth0, eth1, ...
#   rig.agent=FILE                     the program that takes commands from ttyS0
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -t tmpfs tmp /run
for word in $(cat /proc/cmdline); do
  case "$word" in
    rig.addresses=*) addresses=${word#*=} ;;
    rig.agent=*) agent=${word#*=} ;;
  esac
done

modules=$(echo /usr/lib/uml/modules/*/kernel)
# Without hmac no cookie can be signed.
for module in crypto/hmac lib/crc-ccitt net/ipv6/ipv6 net/ipv4/udp_tunnel net/ipv6/ip6_udp_tunnel net/sctp/sctp; do
  insmod "$modules/$module.ko" || echo "insmod $module failed"
done

ip link set lo up
card=0
for address in $(echo "$addresses" | tr , ' '); do
  ip address add "$address" brd + dev "eth$card"
  ip link set "eth$card" up multicast on
  card=$((card + 1))
done
# The port for peers that are called first, then the port to listen on: sockets take the first with them.
sysctl -qw net.sctp.encap_port=9899 net.sctp.udp_port=9899
# The default buffers hold a few messages only.
sysctl -qw net.core.rmem_max=8388608 net.core.wmem_max=8388608
sysctl -qw net.sctp.reconf_enable=1 net.sctp.intl_enable=1

stty -F /dev/ttyS0 raw -echo
exec /usr/bin/python3 -u "$agent" </dev/ttyS0 >/dev/ttyS0
