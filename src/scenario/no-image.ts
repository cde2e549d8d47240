/** What `bad-image` rolls out: RFC 2606 keeps `.invalid` free of names, so no registry can ever have it. */
export const NO_IMAGE = 'foreshock.invalid/none:none';
