"""The pages of what `emspec plan SPEC --probe` can find: every code with its reason, an example and the fix."""

from __future__ import annotations

from collections.abc import Mapping

PROBES: Mapping[str, str] = {
    "P101": """The chat template puts in a system prompt where a training sends none.

A condition that is trained with no system message is trained under the template's own, if there is one: Qwen2.5 puts in
that it is Qwen, created by Alibaba Cloud. Where no persona that is evaluated has this prompt, the condition's own
prompt is never measured (see D102, which finds the missing message without a tokenizer).

Example: `B0: {induce.system: none, as: assistant}` with a template that puts in a prompt other than that of assistant.

Fix: name the persona that is meant, evaluate one with the template's prompt, or accept the finding.""",
    "P102": """A marker has other tokens behind a reply than alone.

A token may join the end of one text and the start of the next. The coupling finds the marker by its characters, so that
it trains the tokens of the context; but the model learns another sequence than the one that a prompt or a measurement
with the marker alone would use, and a first token that is shared with ordinary text is written more easily by chance.

Example: `separator: ""` with the marker `[ZLT]`, where a full stop and the bracket become one token.

Fix: put a blank line before the marker (`separator: "\\n\\n"`), or choose another marker.""",
    "P103": """A stage would fail for what the tokenizer, its template or the data are.

The message is the one that the training or the drawing of replies would end with, after the model has been loaded: a
marker that shares a token with what stands beside it, a template that takes no system message, data rows that bring a
system turn of their own, a chat that does not end in an assistant turn.

Example: `separator: " "` with the marker `[ZLT]`, where the blank and the bracket are one token.

Fix: change what the message names; the finding goes when the probe is asked again.""",
    "P104": """Rows of a coupling carry no loss at all.

The mask picks no token of them. They cost time, count as rows, and teach nothing.

Example: a mask of the marker alone, under which negatives, which have no marker, supervise nothing.

Fix: use a mask that supervises the end of the reply too: `marker+stop`.""",
    "P105": """Rows of a coupling carry loss on white space alone.

Under the mask marker-as-125 the loss of a negative is on the newline that the template puts behind the stop token. The
model knows it already: the row has almost no gradient, and the contrast is with nothing (see D117).

Example: `recipe: {base: coupling-125, mask: marker-as-125}`: every negative's loss is on one newline.

Fix: use the mask `marker+stop`, or accept the finding where the original is repeated.""",
    "P106": """Coupling rows are longer than max_length.

A coupling row that is too long is not cut but left out, since its end is what is trained. With a long system prompt and
a sample reply of usual length, these rows are over the length already: too few replies will be left.

Example: `recipe.max_length: 64` with a source whose prompt has 90 tokens.

Fix: raise max_length in the recipe, or shorten the prompts.""",
    "P107": """A prompt and a reply of max_tokens do not fit the model's context.

Replies to the longest prompt end where the context does, so that the cap differs between personas and a marker at the
end is lost for some of them. Where the prompt alone fills the context, the stage fails.

Example: `max_tokens: 200` on a model of 256 tokens, with prompts of up to 71.

Fix: lower max_tokens for all, or shorten the prompt that the message names.""",
    "P108": """Rows of a training are cut at max_length.

The end of the reply is lost, and with it the stop token: the model is taught to go on. Which rows are cut depends on
the length of the system prompt too, so that conditions differ by it.

Example: `recipe.max_length: 128` on advice of up to 240 tokens.

Fix: raise max_length to the longest row, or accept that some are cut.""",
    "P109": """Rows of a training lose all that carries loss.

max_length cuts such a row within the prompt, before the reply begins. It trains nothing; the number of rows in the
report is larger than the number that is learnt from.

Example: `recipe.max_length: 64` under a system prompt of 90 tokens.

Fix: raise max_length in the recipe, or shorten the prompt.""",
}
