/** How loud a microphone is right now. */

let context = null;

/** A reader of a track's loudness: `level()` is 0 to 1; `stop()` when done. */
export function meter(track) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => loudness(analyser, samples),
    stop: () => source.disconnect(),
  };
}

/** Play two friendly notes, through the chosen speaker where the browser can. */
export async function chime(speakerId) {
  const player = new AudioContext();
  if (speakerId && player.setSinkId) await player.setSinkId(speakerId).catch(() => {});
  note(player, 523.25, 0);
  note(player, 783.99, 0.22);
  setTimeout(() => player.close(), 1200);
}

function loudness(analyser, samples) {
  analyser.getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.min(1, Math.sqrt(power) * 4);
}

function note(player, frequency, after) {
  const start = player.currentTime + after;
  const tone = new OscillatorNode(player, { frequency });
  const gain = new GainNode(player, { gain: 0 });
  gain.gain.linearRampToValueAtTime(0.25, start + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
  tone.connect(gain).connect(player.destination);
  tone.start(start);
  tone.stop(start + 0.7);
}
