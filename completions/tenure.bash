# bash completion for tenure
_tenure()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local routes='death incapacity assassination coup uprising regular foreign'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W 'forecast check new help --help --version' -- "$cur"))
        return
    fi
    case $prev in
    help) COMPREPLY=($(compgen -W 'forecast check new' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --routes|--except) COMPREPLY=($(compgen -W "$routes" -- "$cur")); return ;;
    --as-of|--horizons|--worlds|-n|--seed|-s|--threads|-j|--given|--set) return ;;
    esac
    case $command:$prev in forecast:--force) return ;; esac
    case $command:$cur in
    forecast:-*)
        COMPREPLY=($(compgen -W '--as-of --horizons --worlds --seed --threads --routes --except
            --given --force --no-reports --no-cache --set --json --csv --output --color --quiet --verbose
            --help' -- "$cur")) ;;
    check:-*)
        COMPREPLY=($(compgen -W '--as-of --horizons --set --json --color --quiet --help' \
            -- "$cur")) ;;
    new:-*) COMPREPLY=($(compgen -W '--output --force --help' -- "$cur")) ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
}
complete -o filenames -F _tenure tenure
