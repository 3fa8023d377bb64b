# Functions for the disk scripts, which are run with this file read in. A disk is a plain file; no
# loop device is needed, because sfdisk and the mke2fs family work on files at an offset.
#
# shellcheck shell=sh

MIB=1048576

# gpt FILE MIB: an empty GPT disk of that size; the partitions come on standard input in the
# words of sfdisk(8). Identifiers are given there, so that cases can name them.
gpt() {
	truncate -s "${2}M" "$1"
	{
		echo 'label: gpt'
		echo "label-id: 00000000-0000-4000-8000-0000000000d0"
		cat
	} | sfdisk --quiet "$1"
}

# ext4 FILE START SIZE TREE [OPTION...]: an ext4 file system with the files of TREE, START and
# SIZE in MiB. Without the odd features of a default that differs between versions, and with a
# fixed seed for its directory hash.
ext4() {
	file=$1 start=$2 size=$3 tree=$4
	shift 4
	mke2fs -q -F -t ext4 -d "$tree" -m 0 \
		-E "offset=$((start * MIB)),hash_seed=00000000-0000-4000-8000-00000000feed" \
		"$@" "$file" "${size}M"
}

# at FILE START SIZE COMMAND...: run COMMAND on a copy of that part of the disk, whose name is
# appended, and put it back: for tools that know of no offset.
at() {
	file=$1 start=$2 size=$3
	shift 3
	truncate -s "${size}M" part
	dd if="$file" of=part bs=1M skip="$start" count="$size" conv=notrunc,sparse status=none
	"$@" part
	dd if=part of="$file" bs=1M seek="$start" conv=notrunc,sparse status=none
	rm part
}
