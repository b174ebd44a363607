// @codemirror/lang-jinja imports lang-html as its default base language; ours are JSON, XML or plain text.
import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const plain = StreamLanguage.define({
  token(stream) {
    stream.skipToEnd();
    return null;
  },
});

export const html = () => new LanguageSupport(plain);
