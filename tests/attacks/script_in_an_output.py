# tries: to run a script in the browser of whoever looks at its output
# stock: 0 points
# ours: 0 points, needs review

from IPython.display import HTML, Javascript, SVG, display

display(HTML("<script>document.title = 'REACHED'</script><img src=x onerror=\"document.title='REACHED'\">"))
display(Javascript("document.title = 'REACHED'"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='REACHED'</script></svg>"))
