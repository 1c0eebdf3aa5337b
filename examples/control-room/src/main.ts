import 'uplot/dist/uPlot.min.css';
import './styles.css';
import './control-room.ts';
