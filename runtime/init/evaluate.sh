#!/bin/sh
# What init of initramfs-tools (0.142) sources, sourced as it does it, but in a shell of its own:
# bootgraph-init runs this as `sh -c TEXT bootgraph WHAT NAME[=VALUE]...`, in /, with what init
# exports as its environment. WHAT is `configuration` or `parameters`; the names are those of
# variables that init keeps to itself. Descriptor 3 is told what became of them: all that is
# exported, and then that again together with these.

# In a function, so that what is sourced may set its own arguments.
bootgraph_source()
{
	if [ "$bootgraph_what" = configuration ]; then
		# shellcheck disable=SC1091
		[ ! -e /conf/arch.conf ] || . /conf/arch.conf
		# shellcheck disable=SC1091
		[ ! -e /conf/initramfs.conf ] || . /conf/initramfs.conf
		for conf in conf/conf.d/*; do
			# shellcheck disable=SC1090
			[ -f "$conf" ] && . "$conf"
		done
	fi
	# shellcheck disable=SC1091
	[ ! -e /scripts/functions ] || . /scripts/functions
	# shellcheck disable=SC1091
	[ "$bootgraph_what" = configuration ] || . /conf/param.conf
}

bootgraph_what=$1
shift
for bootgraph_name; do
	case $bootgraph_name in
	*=*) eval "${bootgraph_name%%=*}=\${bootgraph_name#*=}" ;;
	esac
done
bootgraph_source
/proc/1/exe --environment >&3
for bootgraph_name; do
	bootgraph_name=${bootgraph_name%%=*}
	if eval "[ \"\${$bootgraph_name+set}\" ]"; then
		# shellcheck disable=SC2163
		export "$bootgraph_name"
	fi
done
exec /proc/1/exe --environment >&3
