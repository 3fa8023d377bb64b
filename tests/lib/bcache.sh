# Functions for the disks on bcache: /dev/vda is what is cached, /dev/vdb the cache.
#
# shellcheck shell=sh

# bcache_make UUID: /dev/bcache0, whose data stay in the cache, of a cache set with this UUID.
bcache_make() {
	modprobe bcache
	# shellcheck disable=SC2154 # the tree of a recipe, and set by who reads this in
	"$bcache_tools/root/usr/sbin/make-bcache" --writeback --bucket 128k --cset-uuid "$1" \
		-B /dev/vda -C /dev/vdb
	echo /dev/vda >/sys/fs/bcache/register
	echo /dev/vdb >/sys/fs/bcache/register
	# Nothing goes past the cache: not what comes in one piece, nor what comes while it is slow.
	echo 0 >/sys/block/bcache0/bcache/sequential_cutoff
	echo 0 >"/sys/fs/bcache/$1/congested_read_threshold_us"
	echo 0 >"/sys/fs/bcache/$1/congested_write_threshold_us"
	echo 0 >/sys/block/bcache0/bcache/writeback_running
}

# bcache_stop UUID: what cases rely on is that the cache still has something.
bcache_stop() {
	sync
	[ "$(cat /sys/block/bcache0/bcache/state)" = dirty ]
	echo 1 >"/sys/fs/bcache/$1/stop"
	while [ -e /sys/block/bcache0 ] || [ -e "/sys/fs/bcache/$1" ]; do sleep 0.1; done
}
