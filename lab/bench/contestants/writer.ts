import { serve } from '../program';
import { write, type Writing, type Written } from './write';

serve<Writing, Written>(write);
