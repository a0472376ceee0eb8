#!/bin/sh
# portalcheck @VERSION@: an extension attribute of Jamf Pro (data type: string), read at each inventory.
# It runs as the person at the screen, whose browsers it looks at; with nobody there, as root.
program='@PROGRAM@'
if [ ! -x "$program" ]; then
    echo '<result>unknown: portalcheck is not installed</result>'
    exit 0
fi
person=$(stat -f %Su /dev/console 2>/dev/null)
case $person in
'' | root | loginwindow | _mbsetupuser) exec "$program" run --format jamf --no-input ;;
*) exec sudo -H -u "$person" "$program" run --format jamf --no-input ;;
esac
