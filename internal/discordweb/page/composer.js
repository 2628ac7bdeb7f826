// The box under the messages: text for the channel, or a command being filled in.

import { fill, h, svg } from './dom.js';
import { commandItems, commandNamed, mountCommands, typedCommand } from './commands.js';
import { icons } from './icons.js';
import { mentionItems, withIds } from './mentions.js';
import { Slash } from './slash.js';
import { call } from './socket.js';
import { channel, state, watch } from './store.js';
import { Suggest } from './suggest.js';

const longest = 2000; // characters of a message, Discord's limit

/** mountComposer puts the composer into its place. */
export const mountComposer = (node) => new Composer(node);

class Composer {
  constructor(node) {
    this.drafts = new Map(); // by person and channel: {text, slash}
    this.suggest = new Suggest();
    this.text = h('textarea.composer-text', {
      rows: 1, 'aria-haspopup': 'listbox', 'aria-controls': this.suggest.list.id,
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), focus: () => this.#offer(), blur: () => this.suggest.hide(this.text) },
    });
    this.place = h('div.composer-place', {});
    this.commands = h('button.composer-commands', { type: 'button', title: 'Use a command', 'aria-label': 'Use a command', on: { click: () => this.write('/') } }, svg(icons.commands));
    this.sendButton = h('button.composer-send', { type: 'button', 'aria-label': 'Send', on: { click: () => this.#send() } }, svg(icons.plane));
    this.problem = h('div.composer-problem', { role: 'alert' });
    fill(node, this.suggest.node, h('div.composer-box', {}, this.commands, this.place, this.sendButton), this.problem);
    node.addEventListener('keydown', (event) => this.#clears(event), true);
    for (const topic of ['ready', 'current']) watch(topic, () => this.draw());
    watch('channels', () => this.#permit());
    mountCommands(() => this.#look());
    document.addEventListener('keydown', (event) => this.#summons(event));
    this.draw();
  }

  get draft() {
    return this.#draftOf(state.current);
  }

  #draftOf(id) {
    const key = `${state.me?.id}/${id}`;
    if (!this.drafts.has(key)) this.drafts.set(key, { text: '', slash: null });
    return this.drafts.get(key);
  }

  /** draw shows the draft of the open channel. */
  draw() {
    const { text, slash } = this.draft;
    if (this.drawn !== this.draft) this.say('');
    this.drawn = this.draft;
    const shown = slash?.node ?? this.text;
    if (this.place.firstChild !== shown) {
      this.suggest.hide(); // it is of what goes
      fill(this.place, shown);
    }
    if (this.text.value !== text) this.text.value = text;
    this.#permit();
    this.#grow();
  }

  /** #permit lets people write where they may. */
  #permit() {
    const c = channel(state.current);
    const why = whyNot(c);
    this.text.disabled = why !== '';
    this.text.placeholder = why || `Message ${called(c)}`;
    this.text.setAttribute('aria-label', this.text.placeholder);
    this.commands.disabled = this.sendButton.disabled = why !== '';
    this.place.classList.toggle('disabled', why !== '');
  }

  /** say shows a sentence under the box, or with "" none. */
  say(text) {
    this.problem.textContent = text;
  }

  /**
   * write puts a text into the box, as if it had been typed, and goes there:
   * "/cloud-deploy project:dev" becomes that command.
   *
   * @param {string} text
   */
  write(text) {
    if (this.text.disabled) return;
    this.draft.slash = null;
    this.draft.text = text;
    this.draw();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
    this.#typed();
  }

  #grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  #typed() {
    this.draft.text = this.text.value;
    this.say('');
    this.#grow();
    this.#look();
  }

  /** #look turns a command that was typed into its form, or shows those that fit. */
  #look() {
    if (document.activeElement !== this.text) return;
    const typed = typedCommand(this.text.value);
    if (typed) this.#begin(typed.command, typed.rest);
    else this.#offer();
  }

  /** #summons brings what is typed while no field and no open list has the focus into the box. */
  #summons(event) {
    const at = document.activeElement;
    const free = at === document.body || (at?.closest('#channels, #title, #feed') && !at.matches('input, textarea, select, [aria-expanded="true"]'));
    const types = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!free || !types || event.isComposing) return;
    if (this.draft.slash) this.draft.slash.focus();
    else this.text.focus();
  }

  /** #offer shows commands or names while one is being typed. */
  #offer() {
    const typed = this.text.value;
    const commands = /^\/[^\n]{0,100}$/.test(typed) ? commandItems(typed) : [];
    const mention = mentionItems(typed.slice(0, this.text.selectionStart));
    if (commands.length) {
      this.suggest.show(this.text, { items: commands, label: 'Commands', choose: (item) => this.#begin(item.command, '') });
    } else if (mention) {
      this.suggest.show(this.text, { items: mention.items, label: 'Mentions', choose: (item) => this.#mention(item, mention) });
    } else {
      this.suggest.hide(this.text);
    }
  }

  #mention(item, { from, to }) {
    this.text.setRangeText(`${item.as} `, from, to, 'end');
    this.#typed();
  }

  /** #begin turns the box into the form of a command. */
  #begin(command, rest) {
    const id = state.current;
    const slash = new Slash(command, {
      suggest: this.suggest,
      send: () => this.#send(),
      back: (text) => this.write(text),
      complete: (c, option, typed, args) => call('complete', { channel: id, name: c.name, args, option: option.name, typed }),
    });
    Object.assign(this.draft, { text: '', slash });
    this.draw();
    if (rest) slash.fill(rest);
    else slash.focus();
  }

  #key(event) {
    if (event.isComposing || this.suggest.keys(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    this.#send();
  }

  /** #clears lets Escape take the sentence away before it does anything else. */
  #clears(event) {
    if (event.key !== 'Escape' || this.suggest.listing || !this.problem.textContent) return;
    this.say('');
    event.preventDefault();
    event.stopPropagation();
  }

  #send() {
    const { text, slash } = this.draft;
    this.say('');
    if (slash) {
      if (!slash.check()) return;
      this.#deliver({ text: '', slash }, 'slash', { name: slash.command.name, args: slash.args() });
      return;
    }
    if (!text.trim()) return;
    const command = /^\/\S/.test(text) && commandNamed(text.slice(1).trim());
    if (command) {
      this.#begin(command, '');
      return;
    }
    const size = [...text].length;
    if (size > longest) {
      this.say(`A message has ${longest.toLocaleString('en')} characters at most; this one has ${size.toLocaleString('en')}.`);
      return;
    }
    this.#deliver({ text, slash: null }, 'say', { text: withIds(text) });
  }

  /** #deliver empties the box and sends; what was refused comes back into it, unless it is in use again. */
  async #deliver(sent, what, args) {
    const id = state.current;
    const draft = this.#draftOf(id);
    Object.assign(draft, { text: '', slash: null });
    this.draw();
    this.text.focus();
    try {
      await call(what, { channel: id, ...args });
    } catch (refused) {
      this.#refused(refused, id, draft, sent);
    }
  }

  #refused(refused, id, draft, sent) {
    // What reached the application is not sent twice.
    const again = refused.code !== 'failed' && !draft.text && !draft.slash;
    if (again) Object.assign(draft, sent);
    if (draft !== this.draft) return;
    if (again) {
      const had = this.text === document.activeElement;
      this.draw();
      if (had) (sent.slash ?? this.text).focus();
    }
    // Where the application did not respond, the feed says so.
    if (refused.code !== 'failed') this.say(refused.message);
  }
}

/** whyNot says why the person cannot write in a channel; "" where they can. */
function whyNot(c) {
  if (!c) return 'Pick a channel to write in it.';
  if (c.canSend !== false) return '';
  if (c.locked) return 'This thread is locked: only moderators can write in it.';
  return c.kind === 'dm' ? 'You cannot write to this person.' : 'You do not have permission to send messages in this channel.';
}

/** called is a channel's name in "Message …", as Discord writes it. */
function called(c) {
  if (c.kind === 'dm') return `@${c.with?.name ?? c.name}`;
  return c.kind === 'thread' ? `"${c.name}"` : `#${c.name}`;
}
