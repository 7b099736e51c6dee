# One line a command; the work is in torchdays/. DAY=day02_tensors limits a command to one day, ARGS go through.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN = $(if $(PYTHON),@$(PYTHON) -m torchdays,@echo "TorchDays needs Python 3.11 or newer, and found none. Install it, or name it: make $@ PYTHON=/path/to/python3.12" >&2; false)
.PHONY: lab test grade refresh release lint bench requirements help
.DEFAULT_GOAL := help

lab:           ## open the course in JupyterLab (ARGS="--no-browser --port=8890")
	$(RUN) lab $(ARGS)
test:          ## prove the course: every notebook, grader and command
	$(RUN) test $(DAY) $(ARGS)
grade:         ## collect, autograde, write feedback, return it
	$(RUN) collect $(DAY)
	$(RUN) grade $(DAY) $(ARGS)
	$(RUN) return $(DAY)
refresh:       ## run notebooks and store their outputs
	$(RUN) refresh $(DAY) $(ARGS)
release:       ## generate exercises/ from solutions/
	$(RUN) release $(DAY)
lint:          ## check style and spelling
	$(RUN) lint
bench:         ## measure grading against stock nbgrader (ARGS="--few")
	$(RUN) bench $(ARGS)
requirements:  ## compile requirements.txt from pyproject.toml
	$(RUN) requirements
help:          ## list the commands
	@sed -n 's/^\([a-z]*\): *## /  make \1\t/p' Makefile | expand -t 24
