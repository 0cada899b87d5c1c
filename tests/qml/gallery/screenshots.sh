#!/bin/bash
# Saves every page of the gallery in three themes and three sizes to a folder, without a display.
#   screenshots.sh <folder> [gallery's options, such as --text-scale 2, --rtl, --only dark-800x480]
set -euo pipefail
[[ $# -ge 1 ]] || { sed -n 2,3p "$0" >&2; exit 2; }
folder=$1
shift
build=${CORACLE_BUILD_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)/build/release}
export QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software
exec "$build/tests/qml/gallery/gallery" --save "$folder" "$@"
