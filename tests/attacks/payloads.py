"""Forty texts that would run in a page if any of it took them for markup."""

MARK = "xq7"
"""What every payload says to the console, and what no tag or attribute of ours is called."""

_SAY = f"console.log('{MARK}')"

PAYLOADS = [
    f"<script>{_SAY}</script>",
    f"<ScRiPt>{_SAY}</sCrIpT>",
    f"<script src=data:text/javascript,{_SAY}></script>",
    f"</script><script>{_SAY}</script>",
    f"</title><script>{_SAY}</script>",
    f"</textarea><script>{_SAY}</script>",
    f"</style><script>{_SAY}</script>",
    f"--><script>{_SAY}</script>",
    f"]]><script>{_SAY}</script>",
    f"<!--><img src=x onerror={_SAY}>",
    f"<img src=x onerror={_SAY}>",
    f'<img src=x:x onerror="{_SAY}">',
    f"<IMG SRC=x OnErRoR={_SAY}//>",
    f"<img/src=x/onerror={_SAY}>",
    f"<img src=`x` onerror={_SAY}>",
    f"<svg onload={_SAY}>",
    f"<svg><script>{_SAY}</script></svg>",
    f"<svg><animate onbegin={_SAY} attributeName=x dur=1s>",
    f"<svg/onload={_SAY}//",
    f"<body onload={_SAY}>",
    f"<details open ontoggle={_SAY}>",
    f"<video><source onerror={_SAY}></video>",
    f"<audio src=x onerror={_SAY}>",
    f"<input autofocus onfocus={_SAY}>",
    f'<iframe srcdoc="<script>parent.{_SAY}</script>"></iframe>',
    f'<iframe src="javascript:parent.{_SAY}"></iframe>',
    f'<object data="javascript:{_SAY}"></object>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={_SAY}>",
    f'<noscript><p title="</noscript><img src=x onerror={_SAY}>">',
    f"<template><script>{_SAY}</script></template><img src=x onerror={_SAY}>",
    f'<a href="javascript:{_SAY}" autofocus onfocus={_SAY}>x</a>',
    f'<meta http-equiv=refresh content="0;url=javascript:{_SAY}">',
    f'" onmouseover={_SAY} autofocus onfocus={_SAY} tabindex=1 x="',
    f"' onmouseover={_SAY} autofocus onfocus={_SAY} tabindex=1 x='",
    f'"><img src=x onerror={_SAY}>',
    f"'><img src=x onerror={_SAY}>",
    f"x onerror={_SAY} autofocus onfocus={_SAY} y",
    f"javascript:{_SAY}",
    f"{{{{ 7*7 }}}}{{% debug %}}<img src=x onerror={_SAY}>",
    f"\u2028<img src=x onerror={_SAY}>\u202e\ufeff&lt;img src=x onerror={_SAY}&gt;",
]
