# Functions for the disks that are Debian systems (disks/debian-*), which are made in the workshop. The
# file system that they are filled from is the last disk of all.
#
# shellcheck shell=sh

. "$LIB/disk.sh"

# mirror DISK...: /dev/md/mirror, an array of two disks.
mirror() {
	modprobe -a raid1
	mdadm --create /dev/md/mirror --run --quiet --level=1 --raid-devices=2 --metadata=1.2 \
		--homehost=any --name=mirror --uuid=00000000:00004000:80000000:000000b1 \
		--assume-clean "$@"
}

# encrypted DEVICE NAME NUMBER: LUKS2 with the passphrase "open sesame", opened as NAME; its UUID ends
# with c and NUMBER.
encrypted() {
	modprobe -a dm_crypt
	printf 'open sesame' >passphrase
	cryptsetup luksFormat --batch-mode --type luks2 --uuid "00000000-0000-4000-8000-0000000000c$3" \
		--pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file passphrase "$1"
	cryptsetup open --key-file passphrase "$1" "$2"
}

# group NAME DEVICE NUMBER: a volume group on one device.
group() {
	lvm pvcreate -qq --yes --norestorefile --uuid "bootgr-eeee-0000-0000-0000-0000-00000$3" "$2"
	lvm vgcreate -qq "$1" "$2"
}

# volume GROUP NAME MIB
volume() {
	lvm lvcreate -qq --yes --wipesignatures n -n "$2" -L "$3M" "$1"
}

source_disk() {
	for disk in /dev/vd?; do
		:
	done
	echo "$disk"
}

# fill DEVICE: the system's file system as it is (ext4, 320 MiB, label bgroot, UUID ...0001), mounted
# on `root`.
fill() {
	dd if="$(source_disk)" of="$1" bs=4M count=80
	mkdir root
	mount "$1" root
}

# copy_source: its files, into `root`.
copy_source() {
	mkdir source
	mount -o ro "$(source_disk)" source
	cp -a source/. root/
	umount source
}

# etc FILE: a file of the system's /etc, from standard input.
etc() {
	cat >"root/etc/$1"
}

# encrypted_known NAME NUMBER: one more line of the system's crypttab.
encrypted_known() {
	echo "$1 UUID=00000000-0000-4000-8000-0000000000c$2 none luks,discard" >>root/etc/crypttab
}

# mirror_known: the array is declared in the system.
mirror_known() {
	etc mdadm/mdadm.conf <<-'conf'
		MAILADDR root
		ARRAY /dev/md/mirror metadata=1.2 name=any:mirror UUID=00000000:00004000:80000000:000000b1
	conf
}
