import { LitElement } from 'lit';

/** A lit element without a shadow tree: the page has one stylesheet. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
