# Functions for recipes that make a Debian system (debian.sh) into an ext4 file system that disks are
# filled from.
#
# shellcheck shell=sh
. "$LIB/disk.sh"

# settled_root TREE: `root`, a copy of the system by hard links, without what no boot reads, and with
# lib/settled. Files may be added and taken away; what is there already is the cache's. Modules for
# storage are in the initramfs; of those for other hardware the disks would be three times as large.
settled_root() {
	cp -al "$1" root
	rm -rf root/usr/share/doc root/usr/share/man root/usr/share/locale root/boot/initrd.img-*
	for modules in root/usr/lib/modules/*; do
		rm -rf "$modules/kernel/sound" "$modules/kernel/net"
		find "$modules/kernel/drivers" -mindepth 1 -maxdepth 1 ! -name md ! -name block \
			! -name virtio -exec rm -r {} +
		depmod --basedir root "${modules##*/}"
	done
	install -m 755 "$LIB/settled" root/usr/local/sbin/settled
}

# settled_disk: `disk.img`, made of `root`.
settled_disk() {
	truncate -s 320M disk.img
	ext4 disk.img 0 320 root -U 00000000-0000-4000-8000-000000000001 -L bgroot
	rm -r root
}
