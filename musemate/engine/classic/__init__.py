"""Catch-A-Waveform as published: the honest yardstick.

The method of Greshler, Shaham and Michaeli, "Catch-A-Waveform: Learning to Generate Audio from a Single Short Example"
(NeurIPS 2021, arXiv 2106.06426), trained on raw samples of one fragment.

The fragment is brought to up to sixteen sample rates, 320 Hz to 16 kHz (`scales`); the coarsest one that is used is
the first with enough energy. At each rate a **generator** adds to the upsampled signal of the coarser scale what is
missing there, from noise, and a **critic** scores every position of the whole signal (`networks`); both are stacks of
dilated convolutions that see 2,041 samples, 6.4 s at 320 Hz and 0.13 s at 16 kHz. They train against each other as a
Wasserstein GAN with gradient penalty (`losses`, `climbing`), scale after scale; a fixed noise at the coarsest scale and
none above must give the fragment back. `noise` says how strong the noise of each scale is, `resampling` how signals
come from scale to scale, `pyramid` what the trained scales make together.

New material is noise at every scale, of any length. A variation takes the fragment's own signal at a coarse scale and
makes all finer ones. A reconstruction is what the fixed noise gives.

What is ours: stereo as mid and side, trained together as two signals of the same networks; rates above 16 kHz
(`extended`, off by default); a fragment too short for the coarsest scales begins at a finer one; positions of the
resampling in double precision; a few ways to compute the same faster (see `ClassicConfig.bank_size`); and, for those
who have no days to wait, steps that see an excerpt instead of the whole signal (`excerpts`). Where the published code
contradicts itself, the docstring at the place says so.
"""
