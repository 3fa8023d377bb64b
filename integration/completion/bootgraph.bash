# bash completion for bootgraph(1). Commands and options are what --help says, so there is nothing
# here to keep in step.
_bootgraph()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words before

	# An equals sign is a word of its own: --format = json.
	before=${COMP_WORDS[*]:COMP_CWORD > 2 ? COMP_CWORD - 2 : 1:2}
	if [[ "$before $cur" == *"--format ="* ]]; then
		words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null |
			sed -n '/^  --format=/,/^  -/{s/^  --format=\([A-Za-z]*\) .*/\1/p;s/^   *\([a-z]*\)  *[A-Za-z].*/\1/p}')
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "${cur#=}")
		return
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words --help --version --dump" -- "$cur")
	elif [[ $cur == -* ]]; then
		words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null | grep -o -e '--[a-z-]*' | sort -u)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _bootgraph bootgraph
complete -W '--once --help' bootgraph-resume
