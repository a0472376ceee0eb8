# portalcheck @VERSION@: the detection rule of a Win32 app. Detected means: exit 0 and a line on standard output.
$program = '@PROGRAM@'
if (-not (Test-Path -LiteralPath $program -PathType Leaf)) { exit 1 }
$version = & $program --version 2>$null | Select-Object -First 1
if ($version -notlike 'portalcheck @VERSION@*') { exit 1 }
Write-Output $version
exit 0
