# portalcheck @VERSION@: the detection script of an Intune remediation. There is no remediation script:
# portalcheck changes nothing. Run it with the signed-in user's account, whose browsers it looks at.
$program = '@PROGRAM@'
if (-not (Test-Path -LiteralPath $program -PathType Leaf)) {
    Write-Output 'unknown | portalcheck is not installed'
    exit 1
}
& $program run --format intune --no-input 2>$null
exit $LASTEXITCODE
