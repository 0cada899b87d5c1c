#!/bin/sh
# Brings the .ts files up to date with the sources. Arguments: the folder with them (default: this one).
set -e
cd "$(dirname "$0")/.."
folder=${1:-translations}
lupdate=${LUPDATE:-/usr/lib/qt6/bin/lupdate}
"$lupdate" -silent -I . -locations none -no-obsolete -extensions cpp,h,qml app qml -ts "$folder/coracle_de.ts"
"$lupdate" -silent -I . -locations none -no-obsolete -pluralonly -extensions cpp,h,qml app qml -ts "$folder/coracle_en.ts"
