/* `npm run build`: install what is missing and compile to `dist`. */
import { build, installDependencies } from './set-up.mjs';

installDependencies();
build();
