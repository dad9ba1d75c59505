# Sourced by ./tieline, ./test and eng/publish; sets `root` and finds the SDK.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*" >&2; }

# Where dotnet-install.sh puts it counts too, so that nobody has to edit PATH first.
find_dotnet() {
    if command -v dotnet >/dev/null; then return; fi
    local home
    for home in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet"; do
        if [[ -n $home && -x $home/dotnet ]]; then
            export DOTNET_ROOT=$home PATH="$home:$PATH"
            return
        fi
    done
    return 1
}

need_sdk() {
    if ! find_dotnet || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        say "The .NET 10 SDK is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0 (on Debian, with Microsoft's package feed: apt-get install dotnet-sdk-10.0) and run this again."
        exit 1
    fi
}

# The published program that ./tieline runs and the functional tests drive.
published=$root/artifacts/tieline

sources() {
    find "$root/src" "$root/samples" "$root/eng" "$root"/*.props "$root/global.json" "$root/nuget.config" "$root/.editorconfig" "$root/docs/tieline.reference.json" \
        \( -name bin -o -name obj \) -prune -o -type f "$@" -print
}

# The stamp is as old as the start of the last build, and holds a checksum of the list of files, which shows a deleted one.
is_stale() {
    local stamp=$root/artifacts/tieline.stamp
    [[ -x $published/tieline && -e $stamp && $(sources | cksum) == "$(<"$stamp")" && -z $(sources -newer "$stamp") ]] && return 1
    return 0
}

# Publishes beside the old one and swaps: a program that is still running keeps the files it has open.
publish_stale() {
    mkdir -p "$root/artifacts"
    exec 9>"$root/artifacts/tieline.lock"
    flock 9
    if is_stale; then
        local stamp=$root/artifacts/tieline.stamp next=$root/artifacts/tieline.next
        sources | cksum >"$stamp.next"
        rm -rf "$next"
        # Not the lock: a child that outlives this script must not hold it.
        "$root/eng/publish" "$next" 9>&-
        rm -rf "$published"
        mv "$next" "$published"
        mv "$stamp.next" "$stamp"
    fi
    exec 9>&-
}
