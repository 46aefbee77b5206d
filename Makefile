# make run: the server · make test: every test · make check: format, lint, types, contracts, tests
PYTHON ?= python3
PORT ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check quick pins clean

run: $(VENV)/.run
	@$(if $(PORT),PORT=$(PORT)) $(BIN)/python -m bot serve --sample

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m bot kb check --shipped
	$(BIN)/python -m pytest -n 2

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "缺少 Python：请安装 Python 3.11 以上（Debian/Ubuntu: apt install python3 python3-venv）"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 太旧：需要 3.11 以上，可以用 PYTHON=python3.12 make run 指定"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv 模块：请安装（Debian/Ubuntu: apt install python3-venv）"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "正在安装依赖（第一次约一分钟）……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "正在安装依赖和测试工具（第一次约一两分钟）……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.run

pins:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) data
