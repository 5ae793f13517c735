"""The instant engine: takes spliced from the fragment's own sound, seconds after it was loaded, without any training.

There is nothing to learn and no network. "Training" (`engine`) only listens: it finds the beats, cuts the fragment into
frames of 16 ms as the default engine does, and lets that engine's **arranger** compare its units (beats where they are
sure, else half seconds). For a take the arranger then writes a list: for each frame of the take, the frame of the
fragment that stands there. New material is a walk over the units that jumps where it sounds well; a variation keeps the
fragment's course, some units replaced.

The **splicer** (`splicing`) quotes. As long as the list counts on by one, the fragment's samples are copied as they
are, both channels alike. Where the list jumps, the sound that goes on and the sound that comes in are both real and
both there around the jump, so that the two can overlap for some milliseconds. Three things make such a **join**
inaudible:

- it lies *before* the stroke: what comes in sounds full when its attack comes, and the attack that the other piece
  would have had at that place is gone already;
- the piece that comes in is moved by up to 6 ms to where its waveform runs like the one that goes out, as in WSOLA
  (Verhelst and Roelands, ICASSP 1993). Where both have a stroke, it is moved by up to a frame so that its stroke comes
  when the other would have come. Each piece is placed from the list, the beats in it brought back to where they were
  before they were rounded to frames, so nothing drifts and the metre holds;
- the two curves of the cross-fade know how alike the pieces are: they add up to one in power for strangers, to one in
  amplitude for twins, and to something between for what lies between.

So an instant take has the sound of the fragment, because it is that sound; what is new is only the order. It is what
the songwriter hears while a training runs, and what a trained take has to beat in being new.
"""
