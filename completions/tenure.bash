# bash completion for tenure
_tenure()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local routes='death incapacity assassination coup uprising regular foreign'
    local methods='km cif cox finegray exponential weibull lognormal loglogistic gompertz piecewise
        splitpop logit compare'
    local verbs='add resolve annul list show export verify'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W 'forecast explain compare base merge check new data ledger score backtest fit help --help --version' -- "$cur"))
        return
    fi
    if [ "$command" = data ] && [ "${COMP_WORDS[2]}" = fetch ] && [ "$COMP_CWORD" -gt 2 ]; then
        case $prev:$cur in
        --dir:*|-d:*|--from:*) COMPREPLY=($(compgen -d -- "$cur")) ;;
        --mirror:*) ;;
        *:-*)
            COMPREPLY=($(compgen -W '--list --dry-run --dir --from --mirror --force --quiet --help' \
                -- "$cur")) ;;
        *)
            COMPREPLY=($(compgen -W 'archigos archigos-r reign-leaders reign-regimes reign-elections
                powell-thyne cline wikidata' -- "$cur")) ;;
        esac
        return
    fi
    if [ "$command" = data ] && [ "$COMP_CWORD" -gt 2 ]; then
        local verb=${COMP_WORDS[2]}
        case $verb:$prev:$cur in
        import:--as:*)
            COMPREPLY=($(compgen -W 'archigos reign-leaders reign-regimes reign-elections
                powell-thyne cline wikidata leaders' -- "$cur")) ;;
        import:*:-*) COMPREPLY=($(compgen -W '--as --store --routes-map --quiet --help' -- "$cur")) ;;
        list:*:-*) COMPREPLY=($(compgen -W '--log --csv --json --store --help' -- "$cur")) ;;
        verify:*:-*) COMPREPLY=($(compgen -W '--store --quiet --help' -- "$cur")) ;;
        export:*:-*) COMPREPLY=($(compgen -W '--csv --json --output --store --help' -- "$cur")) ;;
        export:export:*)
            COMPREPLY=($(compgen -W 'spells regimes elections coups log sources routes
                source-spells' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -f -- "$cur")) ;;
        esac
        return
    fi
    case $prev in
    data) COMPREPLY=($(compgen -W 'fetch import list verify export --help' -- "$cur")); return ;;
    help) COMPREPLY=($(compgen -W 'forecast explain compare base merge check new data ledger score backtest fit' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --routes|--except) COMPREPLY=($(compgen -W "$routes" -- "$cur")); return ;;
    fit) COMPREPLY=($(compgen -W "$methods" -- "$cur")); return ;;
    ledger) COMPREPLY=($(compgen -W "$verbs" -- "$cur")); return ;;
    --route) COMPREPLY=($(compgen -W "$routes" -- "$cur")); return ;;
    --every) COMPREPLY=($(compgen -W 'week month quarter' -- "$cur")); return ;;
    --drop-report|--drop-origin|--force) return ;;
    --status) COMPREPLY=($(compgen -W 'open resolved annulled' -- "$cur")); return ;;
    --which) COMPREPLY=($(compgen -W 'latest first all' -- "$cur")); return ;;
    --question|--text|--rule|--class|--opens|--closes|--p|-p|--by|--source|--note|--subject|--date) return ;;
    --successor|--outcome|--reason|--recorded|--head|--against|--bins) return ;;
    --format) COMPREPLY=($(compgen -W 'csv dta sav rda rds' -- "$cur")); return ;;
    --interval) COMPREPLY=($(compgen -W 'plain log log-log' -- "$cur")); return ;;
    --ties) COMPREPLY=($(compgen -W 'efron breslow' -- "$cur")); return ;;
    --models) COMPREPLY=($(compgen -W "$methods" -- "$cur")); return ;;
    --object|--risk|--cause|--level|--ridge|--rho|--cuts|--period|--times|--boot|--table|-t) return ;;
    --as-of|--horizons|--blocks|--checkpoint-every|--worlds|-n|--seed|-s|--threads|-j|--given|--set) return ;;
    esac
    case $command:$prev in forecast:--force) return ;; esac
    case $command:$cur in
    forecast:-*)
        COMPREPLY=($(compgen -W '--as-of --horizons --worlds --seed --threads --routes --except
            --given --force --no-reports --no-cache --blocks --checkpoint --checkpoint-every --set --json --csv --html --output --color --quiet --verbose
            --help' -- "$cur")) ;;
    merge:-*) COMPREPLY=($(compgen -W '--json --csv --html --output --color --quiet --help' -- "$cur")) ;;
    check:-*)
        COMPREPLY=($(compgen -W '--as-of --horizons --set --json --color --quiet --help' \
            -- "$cur")) ;;
    fit:-*)
        COMPREPLY=($(compgen -W '--data --format --object --risk --loglogistic --cause --level
            --interval --ties --robust --ridge --rho --cuts --period --times --newdata --residuals
            --models --boot --seed --threads --json --csv --table --output --color --quiet
            --help' -- "$cur")) ;;
    ledger:-*)
        COMPREPLY=($(compgen -W '--ledger --question --text --rule --class --opens --closes --p --by
            --source --note --subject --date --route --successor --in-office --outcome --reason
            --recorded --status --head --json --csv --table --output --color --quiet --help' \
            -- "$cur")) ;;
    explain:-*)
        COMPREPLY=($(compgen -W '--as-of --horizons --set --worlds --seed --threads --weeks --sobol --no-cache
            --matrix --json --csv --table --html --output --color --quiet --help' -- "$cur")) ;;
    compare:-*)
        COMPREPLY=($(compgen -W '--set --force --drop-report --drop-origin --as-of --keep-rates --every --from --horizons
            --routes --except --no-reports --worlds --seed --threads --no-cache --json --csv --table --html --output
            --color --quiet --help' -- "$cur")) ;;
    base:-*)
        COMPREPLY=($(compgen -W '--as-of --country --regime --entered --born --sex --entry --horizons
            --implied --within --route --level --store --no-store --model --threads --json --csv --html --table
            --output --color --quiet --help' -- "$cur")) ;;
    base:*) COMPREPLY=($(compgen -W 'curve table world fit' -- "$cur")) ;;
    backtest:-*)
        COMPREPLY=($(compgen -W '--years --monthly --route --months --bins --boot --level --seed --store
            --threads --json --csv --html --table --output --color --quiet --help' -- "$cur")) ;;
    score:-*)
        COMPREPLY=($(compgen -W '--ledger --data --which --late --against --level --bins --boot --seed
            --threads --json --csv --html --table --output --color --quiet --help' -- "$cur")) ;;
    new:-*) COMPREPLY=($(compgen -W '--output --force --help' -- "$cur")) ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
}
complete -o filenames -F _tenure tenure
