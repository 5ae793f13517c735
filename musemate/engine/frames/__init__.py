"""The default engine: a multi-scale GAN over frames of one fragment, in three parts.

A fragment is first cut into **frames** (`framing`): every 16 ms a log spectrum of mid and side on a perceptual
frequency axis, reduced to the 192 principal components of this very fragment. A frame therefore says "this fragment's
kind of sound, so loud, with this stereo picture" in 192 numbers instead of the 705 samples that it stands for, and two
seconds of music are 125 steps instead of 88,200. That is what makes training a matter of minutes.

The **arranger** (`arranger`, `grids`, `matching`) decides what comes when, without any training. It cuts the fragment
at its beats, or at attacks about half a second apart where no beat is sure, and walks over the pieces: on to the next
one, or with a jump to a moment that sounds like the next one, is accented like it and stands at the same place of the
bar. New material is such a walk; a variation keeps the fragment's own order, some pieces replaced.

The **pyramid** (`pyramid`, `climbing`, `stack`) makes that plan new. Five small generators work at 1/16, 1/8, 1/4,
1/2 and the whole frame rate. Each takes the frames of the coarser scale, adds noise as strong as what that scale
misses, and learns against a critic that sees crops of the fragment at the same time scale; a fixed noise must give
the fragment back, and the distribution of short patches must be the fragment's. Both networks are told where in the
bar each frame stands and how strong an attack is due (`guide`), so that metre and rhythm hold even where the sound
comes from noise alone. *Closeness* chooses where the pyramid takes over: at 0 even the coarsest scale is made from
noise, at 1 only the finest is made, with little noise. It makes the 16 strongest components; the finer ones come from
the real frame whose course around it fits best, towards which the others are drawn (`retrieval`): that keeps partials
clean and notes whole. Where beats are sure, real frames are known at every quarter of a hop and must stand at the same
moment of a beat: that keeps it as even as the fragment's.

The **renderer** (`renderer`, `rendering`) turns frames into sound: ConvNeXt blocks at the frame rate and an inverse
short-time Fourier transform, trained on crops of the fragment, first by spectral distance (the *draft*), then against
three discriminators of complex spectra. Noise on its input frames teaches it to forgive frames that are not quite
real.

Every part is stored as soon as it is done (`engine`), so that a stopped training still makes takes: missing fine
scales are filled by retrieval, and the draft stands in for the finished sound.
"""
