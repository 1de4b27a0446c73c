# bash completion for cyraudit. Generated from src/cli by npm run generate. Do not edit.
# To be installed as /usr/share/bash-completion/completions/cyraudit, or read with `source` from ~/.bashrc.

# The names of the options of a command, or of the program.
_cyraudit_options() {
    kind=words
    case $1 in
        '') choices='-V --version -h --help' ;;
        'compare') choices='--master-root --replica-root --engine --replica-engine --config --no-config --level --report --user --mailbox --partition --max-lost --recheck --recheck-delay --subset --hash-since --subset-state --max-duration --time-limit --threads --io-limit --nice --fail-on --accept --baseline --summary --syslog --quiet --progress --no-progress --color --no-color -h --help' ;;
        'check') choices='--root --config --no-config --level --report --user --mailbox --partition --max-lost --recheck --recheck-delay --subset --hash-since --subset-state --max-duration --time-limit --threads --io-limit --nice --fail-on --accept --baseline --summary --syslog --quiet --progress --no-progress --color --no-color -h --help' ;;
        'inspect') choices='--json --ndjson -h --help' ;;
        'explain') choices='--color --no-color --config --no-config -h --help' ;;
        'render') choices='--to --color --no-color --config --no-config -h --help' ;;
        'plan') choices='--into --config --no-config -h --help' ;;
        'gate') choices='--master-root --replica-root --engine --replica-engine --master-is-down --into --level --recheck --recheck-delay --io-limit --nice --accept --threads --report --color --no-color --config --no-config -h --help' ;;
        'verify-user') choices='--deadline --master-root --replica-root --engine --replica-engine --level --threads --config --no-config -h --help' ;;
        'salvage') choices='--old-root --new-root --user --mailbox --log --since --include --report --export --quiet --progress --no-progress --color --no-color --config --no-config -h --help' ;;
        'reinject') choices='--to --admin --password-file --into --journal --dry-run --rate --connections --ca --insecure --no-tls -h --help' ;;
        'config') choices='-h --help' ;;
        'help') choices='' ;;
        *) kind='' ;;
    esac
}

# What may stand for the value of 'COMMAND --option', or as argument 'COMMAND n'. No kind: neither is known.
_cyraudit_takes() {
    kind='' choices=''
    case $1 in
        'compare --master-root' | \
            'compare --replica-root' | \
            'check --root' | \
            'plan --into' | \
            'gate --master-root' | \
            'gate --replica-root' | \
            'gate --into' | \
            'verify-user --master-root' | \
            'verify-user --replica-root' | \
            'salvage --old-root' | \
            'salvage --new-root' | \
            'salvage --export') kind='directory' ;;
        'compare --engine' | \
            'compare --replica-engine' | \
            'gate --engine' | \
            'gate --replica-engine' | \
            'verify-user --engine' | \
            'verify-user --replica-engine') kind='words' choices='2.4 2.5 3.0 3.2 3.4 3.6 3.12' ;;
        'compare --config' | \
            'compare --subset-state' | \
            'compare --accept' | \
            'compare --baseline' | \
            'compare 1' | \
            'compare 2' | \
            'check --config' | \
            'check --subset-state' | \
            'check --accept' | \
            'check --baseline' | \
            'check 1' | \
            'inspect '[0-9]* | \
            'explain --config' | \
            'render --config' | \
            'render 1' | \
            'plan --config' | \
            'plan 1' | \
            'gate --accept' | \
            'gate --config' | \
            'gate 2' | \
            'gate 3' | \
            'verify-user --config' | \
            'verify-user 2' | \
            'verify-user 3' | \
            'salvage --log' | \
            'salvage --config' | \
            'salvage 1' | \
            'salvage 2' | \
            'reinject --password-file' | \
            'reinject --journal' | \
            'reinject --ca' | \
            'reinject 1' | \
            'config 2') kind='file' ;;
        'compare --level' | \
            'check --level' | \
            'gate --level' | \
            'verify-user --level') kind='words' choices='index files content' ;;
        'compare --report' | \
            'check --report' | \
            'render --to' | \
            'salvage --report') kind='report' choices='text json ndjson junit sarif prometheus nagios combined html summary syslog' ;;
        'compare --user' | \
            'compare --mailbox' | \
            'compare --partition' | \
            'compare --max-lost' | \
            'compare --recheck' | \
            'compare --recheck-delay' | \
            'compare --subset' | \
            'compare --hash-since' | \
            'compare --max-duration' | \
            'compare --time-limit' | \
            'compare --threads' | \
            'compare --io-limit' | \
            'check --user' | \
            'check --mailbox' | \
            'check --partition' | \
            'check --max-lost' | \
            'check --recheck' | \
            'check --recheck-delay' | \
            'check --subset' | \
            'check --hash-since' | \
            'check --max-duration' | \
            'check --time-limit' | \
            'check --threads' | \
            'check --io-limit' | \
            'gate --recheck' | \
            'gate --recheck-delay' | \
            'gate --io-limit' | \
            'gate --threads' | \
            'verify-user --deadline' | \
            'verify-user --threads' | \
            'verify-user 1' | \
            'salvage --user' | \
            'salvage --mailbox' | \
            'salvage --since' | \
            'reinject --to' | \
            'reinject --admin' | \
            'reinject --into' | \
            'reinject --rate' | \
            'reinject --connections') kind='free' ;;
        'compare --fail-on' | \
            'check --fail-on') kind='words' choices='safe admin halt' ;;
        'explain 1') kind='words' choices='acl-lost-on-replica acl-pending annotation-stray annotations-damaged annotations-database-damaged archive-partition-empty blocked-by-mailbox cache-generation-mismatch cache-missing cache-record-damaged cache-record-outside cache-records-overlap cache-repack-interrupted cleaned-expunge-pending copy-of-entry-stale copyback-refused counter-stale database-needs-recovery dav-database-damaged delete-not-logged delete-overrides-replica-change deleted-mailbox-only-on-replica deletedmodseq-above-highestmodseq directory-being-removed empty-mailbox-deleted empty-replica-mailbox-replaced entry-lost entry-lost-on-replica entry-lost-tolerated expunge-beats-other-message expunge-overrides-replica-change expunge-pending expunge-unseen expunged-on-replica-only flag-name-one-bit-off flag-name-twice flags-copied-back flags-lost-on-master flags-lost-on-replica flags-pending guid-mismatch guid-mismatch-one-expunged guid-mismatch-unseen hardware-suspected header-disagrees-with-list header-file-crc-stale header-unreadable header-values-differ hole-on-master-unseen hole-on-replica-unseen inbox-missing inbox-missing-on-replica index-empty index-marked-deleted index-recreated-on-master index-trailing-records index-unreadable index-version-refused leftover-file leftover-in-mailbox mailbox-annotation-unparsable mailbox-annotations-dropped mailbox-annotations-lost mailbox-annotations-not-carried mailbox-annotations-pending mailbox-database-damaged mailbox-deleted-on-master mailbox-deleted-on-replica mailbox-destroyed-without-tombstone mailbox-directory-missing mailbox-file-missing mailbox-not-accessible mailbox-not-writable mailbox-only-on-master mailbox-only-on-replica mailbox-renamed mailbox-renamed-on-replica mailbox-type-differs mailbox-undeleted-on-replica master-older-than-replica mbentry-unreadable mboxlist-damaged mboxlist-distrusted mboxlist-doubtful mboxlist-empty mboxlist-missing mboxlist-needs-recovery message-annotations-lost-on-master message-annotations-refused message-file-altered message-file-missing message-file-not-accessible message-file-size message-file-twice messages-vanished-on-master metapartition-empty modseq-above-highestmodseq name-held-on-replica null-guid odd-file orphan-directory partition-differs partition-empty partition-files-gone partition-unknown-on-replica quota-limit-differs quota-limit-pending quota-usage-wrong quotaroot-missing-on-replica quotaroot-of-mailbox-wrong quotaroot-only-on-replica quotaroot-pending quotaroot-removal-pending recentuid-above-last-uid record-copied-back-renumbered record-copied-back-twice record-crc-mismatch record-differs-unseen record-discarded-on-replica record-fields-differ record-fields-disagree record-lost-to-deleted-mailbox record-only-on-master record-only-on-replica record-renumbered rename-not-logged rename-target-taken replica-mailbox-destroyed replica-mailbox-settings-lost reverse-acl-row-missing reverse-acl-row-stray seen-lost-on-replica seen-only-on-replica seen-pending server-annotations-lost-on-replica server-annotations-not-carried server-annotations-pending server-files-not-accessible sieve-active-differs sieve-active-lost-on-master sieve-active-lost-on-replica sieve-active-overwritten-on-replica sieve-active-pending sieve-script-overwritten-on-replica sieve-script-pending sieve-script-removal-pending sieve-script-removed-on-replica sieve-script-unseen subscription-pending subscription-removal-pending subscription-removed-on-replica sync-crc-stale sync-log-line-unreadable sync-log-partial-line tombstone-over-live-directory uid-above-last-uid uid-above-last-uid-on-replica uid-order uidvalidity-higher-on-master uidvalidity-higher-on-replica uidvalidity-zero unclaimed-message-file undefined-option undefined-system-flag uniqueid-conflict uniqueid-in-two-names uniqueid-in-two-names-on-replica uniqueid-in-use-on-replica uniqueid-row-differs uniqueid-row-lost unlinked-not-expunged unnamed-user-flag unstable-read unuser-would-destroy-user user-database-damaged user-delete-not-logged user-deleted-on-master user-files-not-accessible user-only-on-replica user-wiped-by-sync' ;;
        'gate --report') kind='report' choices='text json' ;;
        'gate 1') kind='words' choices='failover resume' ;;
        'salvage --include') kind='words' choices='expunged deleted flags' ;;
        'config 1') kind='words' choices='check' ;;
        'help 1') kind='words' choices='compare check inspect explain render plan gate verify-user salvage reinject config help' ;;
    esac
}

_cyraudit() {
    local cur word command='' option='' prefix='' kind='' choices='' only_arguments='' joins=''
    local -a words=()
    local -i n=0

    # readline has split words at = and :, as in --report=json=FILE.
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if ((n > 0)) && [[ $joins || $word == [=:]* ]]; then
            words[n - 1]+=$word
        else
            words[n++]=$word
        fi
        if [[ $word == [=:]* ]]; then joins=1; else joins=''; fi
    done
    cur=${words[n - 1]}

    # From here on n counts the arguments of the command.
    local -a before=("${words[@]:1:n-2}")
    n=0
    for word in "${before[@]}"; do
        if [[ $option ]]; then
            option=''
        elif [[ ! $only_arguments && $word == -- ]]; then
            only_arguments=1
        elif [[ ! $only_arguments && $word == -* ]]; then
            _cyraudit_takes "$command $word"
            [[ $kind ]] && option=$word
        elif [[ ! $command ]]; then
            command=$word
        else
            n+=1
        fi
    done

    COMPREPLY=()
    if [[ $option ]]; then
        _cyraudit_takes "$command $option"
    elif [[ ! $only_arguments && $cur == --*=* ]]; then
        _cyraudit_takes "$command ${cur%%=*}"
        prefix=${cur%%=*}=
        cur=${cur#*=}
    elif [[ ! $only_arguments && $cur == -* ]]; then
        _cyraudit_options "$command"
    elif [[ ! $command ]]; then
        kind=words choices='compare check inspect explain render plan gate verify-user salvage reinject config help'
    else
        _cyraudit_takes "$command $((n + 1))"
    fi

    # A report that goes to a file: FORMAT=FILE.
    [[ $kind == report && $cur == *=* ]] && kind='file'
    case $kind in
        words | report)
            # Where readline does not split at =, it replaces the whole word.
            [[ $COMP_WORDBREAKS == *=* ]] && prefix=''
            mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$choices" -- "$cur")
            # = or a space may follow.
            [[ $kind == report ]] && compopt -o nospace
            ;;
        file) compopt -o default ;;
        directory) compopt -o dirnames ;;
    esac
}

complete -F _cyraudit cyraudit
